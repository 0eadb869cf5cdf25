// one-command.ts — is a text one simple command that our reader understands? Importers ask before they translate

import { isFault } from "@holdpoint/wire/fault.ts";
import { parseCommandPattern } from "../criteria/commands.ts";

export function isOneCommand(text: string): boolean {
  if (text.trim() === "" || /[{}\\]/.test(text)) return false;
  try {
    parseCommandPattern(text);
    return true;
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}
