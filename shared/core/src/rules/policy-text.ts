// policy-text.ts — policy texts as values that still know where each word stands: YAML, JSON and TOML

import { isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import { parse as parseToml, TomlError } from "smol-toml";
import { jsonPlaces } from "./json-places.ts";
import { type DocumentPath, type Place, type PolicyText, type Problem, problemsMax } from "./problems.ts";
import { tomlPlaces } from "./toml-places.ts";
import { readYaml } from "./yaml-text.ts";

export type Format = "yaml" | "json" | "toml";
const nestingMax = 64;

/** Reads a text or says, in `problems`, why it cannot be read. Never throws on any input. */
export function read(file: string, text: string, format: Format, problems: Problem[]): PolicyText | undefined {
  const refuse = (message: string, place: Place = { line: 1, column: 1 }): undefined => {
    problems.push({ file, ...place, message });
  };
  if (text.length > limits.policyTextCharsMax) return refuse(`longer than ${limits.policyTextCharsMax} characters`);
  if (text.includes("\0")) return refuse("holds a NUL character");
  try {
    const found =
      format === "toml" ? readToml(text) : format === "json" ? readJson(text) : readYaml(file, text, problems);
    return found && sound(file, text, found, problems) ? found : undefined;
  } catch (error) {
    if (isFault(error))
      return refuse(error.message.replace(/, at line \d+, column \d+$/, ""), {
        line: error.place.line ?? 1,
        column: error.place.column ?? 1,
      });
    if (error instanceof TomlError) {
      const [first = ""] = error.message.split("\n");
      return refuse(first.replace(/^Invalid TOML document: /, ""), { line: error.line, column: error.column });
    }
    if (error instanceof RangeError) return refuse("nested too deep to be read");
    throw error;
  }
}

/** Escapes can say what no text may hold, and no store keeps: NUL, and half of a character. */
function sound(file: string, text: string, { value, locate }: PolicyText, problems: Problem[]): boolean {
  if (text.isWellFormed() && !/\\[0uUx]/.test(text)) return true;
  const before = problems.length;
  const look = (here: unknown, path: DocumentPath): void => {
    if (problems.length - before >= problemsMax) return;
    if (typeof here === "string" && (here.includes("\0") || !here.isWellFormed()))
      problems.push({
        file,
        ...locate(path),
        message: "holds a character that no text may hold (NUL, or half of one)",
      });
    if (typeof here !== "object" || here === null) return;
    for (const [key, below] of Object.entries(here)) {
      const at = [...path, Array.isArray(here) ? Number(key) : key];
      look(key, at);
      look(below, at);
    }
  };
  look(value, []);
  return problems.length === before;
}

function readToml(text: string): PolicyText {
  const value = parseToml(text);
  let places: ReturnType<typeof tomlPlaces> | undefined;
  return {
    value,
    locate: (path, key) => {
      places ??= tomlPlaces(text);
      return places(path, key);
    },
  };
}

function readJson(text: string): PolicyText {
  const value = parseStrictJson(text, { depthMax: nestingMax, nodesMax: 2_000_000 });
  let places: ReturnType<typeof jsonPlaces> | undefined;
  // Only paid for when something is wrong.
  return {
    value,
    locate: (path, key) => {
      places ??= jsonPlaces(text);
      return places(path, key ?? false);
    },
  };
}
