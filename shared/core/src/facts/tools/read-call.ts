// read-call.ts — a tool call becomes atoms: by its map where there is one, else by what its strings look like

import type { Access, Atom } from "@holdpoint/wire/facts.ts";
import { addUrl, hostsFull, readStatements, touch } from "../call.ts";
import { classOf } from "../class.ts";
import { looksLikePath, type Place } from "../paths.ts";
import { namedByGlob } from "../programs/named-files.ts";
import { addOnce, keep, newAtom, type Reading } from "../reading.ts";
import { newFrame } from "../shell/frame.ts";
import { callOf } from "../shell/nested.ts";
import { newScope } from "../shell/scope.ts";
import { readText, shellOf } from "../shell/walk.ts";
import { hasGlob, literal } from "../shell/word.ts";
import { readWritten } from "../shell/written.ts";
import type { Found } from "../strings.ts";
import { patchedPaths } from "./patch.ts";
import type { ArgumentRole, ToolMap } from "./tool-map.ts";

export interface ToolCall {
  tool: string;
  map: ToolMap | undefined;
  strings: readonly Found[];
  cwd: string | undefined;
  home: string | undefined;
  /** seed 002's `writes`: what its `paths` are for */
  writes: boolean | undefined;
}

/** Seed 003 reads these of any tool; the rest are the names that tools really use. */
const PATH_KEYS = new Set([
  "file_path",
  "path",
  "directory",
  "dest",
  "source",
  "destination",
  "filepath",
  "filename",
  "file",
  "files",
  "paths",
  "dir",
  "folder",
  "target_file",
  "src",
  "from",
  "to",
  "output",
  "input_path",
  "output_path",
  "outputpath",
  "absolute_path",
  "notebook_path",
  "root",
  "repo_path",
  "local_path",
]);
const COMMAND_KEYS = new Set(["command", "cmd", "script", "shell", "bash", "commands", "shell_command", "exec"]);
const SQL_KEYS = new Set(["sql", "query", "statement"]);
const CWD_KEYS = new Set(["cwd", "workdir", "working_directory", "dir_path", "directory"]);

const roleOf = (map: ToolMap, key: string): ArgumentRole | undefined =>
  Object.hasOwn(map.args, key) ? map.args[key] : undefined;

export function readCall(reading: Reading, call: ToolCall): void {
  const { map } = call;
  if (map?.meaning === "shell") readShellTool(reading, call, map);
  else readOther(reading, call, map);
}

/** What stands directly below each array or object: `/command` → `/command/0`, `/command/1`, … */
const byParent = (strings: readonly Found[]): Map<string, Found[]> =>
  Map.groupBy(strings, ({ at }) => at.slice(0, at.lastIndexOf("/")));

/** Of an element's pointer its array's. */
const arrayOf = (at: string): string | undefined => {
  const last = at.charCodeAt(at.length - 1);
  return last >= 48 && last <= 57 ? /^(.*)\/\d+$/.exec(at)?.[1] : undefined;
};

function readShellTool(reading: Reading, call: ToolCall, map: ToolMap): void {
  const cwd = call.strings.find(
    (found) => CWD_KEYS.has(found.key) && roleOf(map, found.key) === "cwd" && found.text !== "",
  );
  const scope = newScope(call.cwd, call.home);
  if (cwd) scope.cwds = [cwd.text.startsWith("/") || call.cwd === undefined ? cwd.text : `${call.cwd}/${cwd.text}`];
  let read = false;
  let below: Map<string, Found[]> | undefined;
  let seen: Set<string> | undefined;
  for (const found of call.strings) {
    const role = roleOf(map, found.key);
    if (role !== "command" && role !== "argv") continue;
    read = true;
    const array = arrayOf(found.at);
    const frame = newFrame(array ?? found.at);
    const shell = shellOf(reading, scope, frame, found.text);
    if (array === undefined || found.key === "commands") {
      if (map.speaks === undefined)
        readText(reading, found.text, scope, array === undefined ? frame : newFrame(found.at));
      else {
        const words = [map.speaks, map.speaks === "cmd" ? "/c" : "-c", found.text].map((word) => literal(word));
        reading.chars += found.text.length;
        shell.read.words({ ...shell, frame: newFrame(found.at) }, words, callOf(words, undefined), true);
      }
    } else if (!seen?.has(array)) {
      seen ??= new Set();
      seen.add(array);
      below ??= byParent(call.strings);
      const words = (below.get(array) ?? []).map((word) => literal(word.text));
      reading.chars += words.reduce((sum, word) => sum + word.raw.length, 0);
      // One string in a list is a text; more are the words of one call, which no shell splits.
      if (words.length === 1) readText(reading, words[0]!.raw, scope, frame);
      else shell.read.words(shell, words, callOf(words, undefined), true);
    }
  }
  if (!read) {
    readOther(reading, call, undefined);
    return;
  }
  const given = call.strings.filter(
    (found) => found.key === "paths" || (!roleOf(map, found.key) && PATH_KEYS.has(found.key)),
  );
  if (given.length === 0) return;
  let first = reading.atoms[0];
  if (!first) {
    first = newAtom("call", call.tool, "");
    keep(reading, first);
  }
  for (const { text } of given) {
    if (text.includes("\n")) continue;
    touch(reading, first, scope, literal(text), "read");
    if (call.writes !== false) touch(reading, first, scope, literal(text), "write");
  }
  first.class = classOf(first, scope, first.class);
}

const ACCESS: Record<string, readonly Access[]> = {
  "path:read": ["read"],
  "path:tree": ["read"],
  "path:write": ["write"],
  "path:edit": ["read", "write"],
  "path:delete": ["delete"],
  "path:move": ["read", "delete"],
};

function readPath(reading: Reading, atom: Atom, place: Place, text: string, role: string): void {
  if (text.includes("://") && !text.startsWith("file:")) {
    readUrl(reading, atom, text, false);
    return;
  }
  const word = { ...literal(text), glob: hasGlob(text) };
  const deep = role !== "path:read" && role !== "path:write" && role !== "path:edit";
  for (const access of ACCESS[role] ?? ["read", "write"]) touch(reading, atom, place, word, access, { deep });
}

function readUrl(reading: Reading, atom: Atom, text: string, upload: boolean): void {
  if (!text.startsWith("file:")) addUrl(reading, atom, text, upload);
}

/** ASCII characters that may stand in a scheme (1), and those that end a URL in a text (2). */
const IN_TEXT = new Uint8Array(128);
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-") IN_TEXT[char.charCodeAt(0)] = 1;
for (const char of "\t\n\v\f\r \"'<>`)]}") IN_TEXT[char.charCodeAt(0)] = 2;
const endsUrl = (code: number): boolean => (code < 128 ? IN_TEXT[code] === 2 : /\s/.test(String.fromCharCode(code)));

/** URLs anywhere in a text. */
function readUrlsIn(reading: Reading, atom: Atom, text: string): void {
  let from = text.indexOf("://");
  while (from >= 0 && !hostsFull(reading, atom)) {
    let start = from;
    while (start > 0 && IN_TEXT[text.charCodeAt(start - 1)] === 1) start--;
    let end = from + 3;
    while (end < text.length && !endsUrl(text.charCodeAt(end))) end++;
    if (start < from) {
      const url = text.slice(start, end);
      if (url.startsWith("file:")) touch(reading, atom, { cwds: ["."], home: undefined }, literal(url), "read");
      else readUrl(reading, atom, url, false);
    }
    from = text.indexOf("://", end);
  }
}

/** Absolute paths among the words of a text that nobody says is a path. */
function readPathsIn(reading: Reading, atom: Atom, place: Place, text: string, access: readonly Access[]): void {
  if (text.length > 65_536) {
    addOnce(atom.opaque, "a longer text than is read");
    return;
  }
  for (const piece of text.split(/[\s"'`=,;()<>|&]+/)) {
    if (piece.length < 2 || piece.length > 4_096) continue;
    if (piece.startsWith("/") || piece.startsWith("~/") || piece.startsWith("../") || piece.includes("/../"))
      for (const each of access) touch(reading, atom, place, { ...literal(piece), glob: hasGlob(piece) }, each);
  }
}

const shown = (call: ToolCall): string => {
  const args = call.strings
    .slice(0, 20)
    .map((found) => `${found.at.slice(1)}=${found.text.length > 200 ? `${found.text.slice(0, 200)}…` : found.text}`);
  return `${call.tool} ${args.join(" ")}`;
};

function readOther(reading: Reading, call: ToolCall, map: ToolMap | undefined): void {
  const atom = newAtom("call", shown(call), "");
  const place: Place = { cwds: [call.cwd ?? "."], home: call.home, workspace: call.cwd };
  keep(reading, atom);
  let upload = false;
  for (const found of call.strings) {
    atom.at = found.at;
    const role = map ? roleOf(map, found.key) : undefined;
    if (role === "path:named") {
      // The files of that name, below where the search begins.
      for (const word of namedByGlob(rootsOf(call, map), found.text)) touch(reading, atom, place, word, "read");
    } else if (role === undefined) readUnmapped(reading, atom, place, found, call, map);
    else if (role.startsWith("path:")) readPath(reading, atom, place, found.text, role);
    else if (role === "url" || role === "host") {
      if (found.key === "prompt") readUrlsIn(reading, atom, found.text);
      else if (found.text.startsWith("file:")) touch(reading, atom, place, literal(found.text), "read");
      else readUrl(reading, atom, found.text, false);
    } else if (role === "content") readContent(reading, call, map, found);
    else if (role === "upload") upload = true;
    else if (role === "sql") readStatements(atom, literal(found.text));
    else if (role === "patch") readPatch(reading, atom, place, found.text);
    else if (role === "code") {
      addOnce(atom.runsCode, "interpreter");
      readUrlsIn(reading, atom, found.text);
      readPathsIn(reading, atom, place, found.text, ["read", "write"]);
    } else if (role === "command") readText(reading, found.text, newScope(call.cwd, call.home), newFrame(found.at));
  }
  atom.at = "";
  if (upload) for (const host of atom.hosts) host.upload = true;
  if (map?.meaning === "agent") addOnce(atom.runsCode, "agent");
  atom.class = classOf(atom, place, map?.class ?? "warn");
}

/** The folders that a call names, else the one it takes place in. */
function rootsOf(call: ToolCall, map: ToolMap | undefined): string[] {
  const named = call.strings.filter(({ key, text }) => map && text !== "" && roleOf(map, key) === "path:tree");
  return named.length > 0 ? named.map(({ text }) => text) : [call.cwd ?? "."];
}

/** What is written to a script is read as one. */
function readContent(reading: Reading, call: ToolCall, map: ToolMap | undefined, found: Found): void {
  const path = call.strings.find((each) => map && roleOf(map, each.key)?.startsWith("path:"));
  if (path)
    readWritten(
      readText,
      reading,
      path.text,
      found.text,
      found.at,
      newScope(call.cwd, call.home),
      map?.meaning === "fs.edit",
    );
}

function readPatch(reading: Reading, atom: Atom, place: Place, text: string): void {
  const touched = patchedPaths(text);
  if (touched.length === 0) addOnce(atom.opaque, "a patch whose files are not found");
  for (const { path, access } of touched) {
    if (access !== "write") touch(reading, atom, place, literal(path), "delete");
    else touch(reading, atom, place, literal(path), "write");
  }
}

function readUnmapped(
  reading: Reading,
  atom: Atom,
  place: Place,
  found: Found,
  call: ToolCall,
  map: ToolMap | undefined,
): void {
  const key = found.key.toLowerCase();
  const { text } = found;
  if (COMMAND_KEYS.has(key) && !map) {
    readText(reading, text, newScope(call.cwd, call.home), newFrame(found.at));
    readPathsIn(reading, atom, place, text, ["read", "write"]);
  } else if (COMMAND_KEYS.has(key)) readPathsIn(reading, atom, place, text, ["read"]);
  else if (SQL_KEYS.has(key) && !map && /^\s*[a-z]+\s/i.test(text) && isSql(text)) readStatements(atom, literal(text));
  else if (PATH_KEYS.has(key) && !text.includes("\n")) readPath(reading, atom, place, text, "path:edit");
  else if (map) {
    if (text.includes("://")) readUrlsIn(reading, atom, text);
    if (looksLikePath(text) && (text.startsWith("/") || text.startsWith("~") || text.includes("..")))
      readPath(reading, atom, place, text, "path:edit");
  } else {
    if (text.includes("://")) readUrlsIn(reading, atom, text);
    else if (looksLikePath(text)) readPath(reading, atom, place, text, "path:edit");
    else readPathsIn(reading, atom, place, text, ["read", "write"]);
    if (/^(host|hostname|server|domain|ip|address|endpoint|url|uri|href|link)$/.test(key))
      readUrl(reading, atom, text, false);
  }
}

const isSql = (text: string): boolean =>
  /^\s*(select|insert|update|delete|drop|create|alter|truncate|with|grant|revoke|merge|copy|call|do|show|describe|explain|pragma)\b/i.test(
    text,
  );
