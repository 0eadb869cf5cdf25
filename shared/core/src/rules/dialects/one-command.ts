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

/** One that holds no wildcard of ours: other clients' stars and question marks are letters, and an allow may not widen them. */
export const isPlainCommand = (text: string): boolean => isOneCommand(text) && !/[*?]/.test(text);

/** `git log` as `written`: it and what follows it, letter by letter; no other folder's `git`, nothing assigned before it. */
export const writtenFrom = (text: string): string[] => [literally(text), `${literally(text)} *`];
export const literally = (text: string): string => text.trim().replaceAll(/[{}*?\\!]/g, "\\$&");

/** Commands that the client itself runs. Servers' tools have names of their own in its rules. */
export const SHELL_ITSELF: readonly string[] = ["shell", "!mcp_*"];
