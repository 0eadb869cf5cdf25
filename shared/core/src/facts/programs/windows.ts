// windows.ts — tools of Windows that people call from any shell: what shows something, and all the rest

import { type Call, looksOnly, raise } from "../call.ts";
import type { Program } from "../grammar.ts";

/** The words, with the slash that stands for a dash there. */
const said = (call: Call): string => call.words.map((word) => (word.text ?? "?").toLowerCase()).join(" ");

/** Blocked by default but for what begins with one of these words. */
const shows = (looks: RegExp): Program => ({
  class: "blocked",
  raw: true,
  effects: (call) => {
    call.operands.push(...call.words);
    if (looks.test(said(call))) looksOnly(call);
  },
});

const HELP = String.raw`^(\/\?|\/help|--help|help)?$`;
const HELP_ONLY = new RegExp(HELP);
const first = (...words: string[]): RegExp => new RegExp(`${HELP}|^(${words.join("|")})(\\s|$)`);

export const windows: Record<string, Program> = {
  vssadmin: shows(first("list")),
  wbadmin: shows(first("get")),
  wevtutil: shows(first("el", "enum-logs", "gl", "get-log", "qe", "query-events", "gli", "get-log-info")),
  bcdedit: shows(first("/enum", "/v")),
  reg: shows(first("query", "compare")),
  schtasks: shows(first("/query")),
  sc: shows(first("query", "queryex", "qc", "qdescription", "qfailure", "enumdepend", "getdisplayname", "sdshow")),
  netsh: shows(/^(?!.*\b(set|add|delete|reset|import|exec|start|stop|connect|disconnect)\b).*\bshow\b/),
  // `net user`, `net share`: names; a name with `/add` or `/delete` behind it is a change.
  net: shows(
    /^(user|users|localgroup|group|share|use|view|accounts|session|statistics|config|time|help)(?!.*\/(add|delete|active|domain|times)\b)(\s\w+)?$|^start$/,
  ),
  wmic: shows(/^(?!.*\b(delete|call|create|set|terminate)\b).*\b(get|list)\b/),
  fsutil: shows(/^\w+ (query\w*|list|drives|fsinfo|sectorinfo|volumeinfo)\b/),
  dism: shows(/\/(get-\w+|list-\w+)\b/),
  "manage-bde": shows(/^-status\b/),
  "diskpart bootrec bootsect reagentc takeown icacls cipher": shows(HELP_ONLY),
  // `format C:`; any other word is some other program of that name.
  format: {
    class: "warn",
    raw: true,
    effects: (call) => {
      call.operands.push(...call.words);
      if (/^[a-z]:/.test(said(call))) raise(call, "blocked-by-default");
    },
  },
  taskkill: {
    class: "warn",
    raw: true,
    effects: (call) => {
      call.operands.push(...call.words);
      if (call.words.some(({ text, glob }) => glob || text === "*")) raise(call, "blocked-by-default");
    },
  },
};
