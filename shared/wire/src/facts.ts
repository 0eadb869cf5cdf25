// facts.ts — what the core understood of an action before it judged it

export type Access = "read" | "write" | "delete" | "execute";

/** One path that an atom touches. `path` is absolute and lexically normal where cwd and home were known. */
export interface PathFact {
  /** as it stood in the argument, quotes removed */
  raw: string;
  path: string;
  access: Access;
  /** a recursive copy, an archive, a glob: it may reach what is below (rulings §B6) */
  mayContain?: boolean;
  /** holds a part that only a shell or the run itself knows (`$X`, `$(…)`) */
  dynamic?: boolean;
  /** given by an enforcer as the place a symlink really leads to */
  resolved?: boolean;
  at: string;
}

export const HOST_ZONES = [
  "public",
  "private",
  "loopback",
  "link-local",
  "metadata",
  "unspecified",
  "unknown",
] as const;
export type HostZone = (typeof HOST_ZONES)[number];

export interface HostFact {
  raw: string;
  /** lower-case ASCII (punycode), IP literals in canonical form */
  host: string;
  zone: HostZone;
  scheme?: string;
  port?: number;
  /** something is sent there, not only fetched */
  upload?: boolean;
  userinfo?: boolean;
  dynamic?: boolean;
  at: string;
}

/** A literal value of a secret never leaves this span: kind, place and length only. */
export interface SecretFact {
  kind: string;
  /** JSON pointer of the string that holds it; of the object, where one of its names does: they count as a text, a line each */
  at: string;
  start: number;
  end: number;
}

export type CommandClass = "safe" | "warn" | "blocked-by-default";

/** A statement to a database inside a client call: `drop database`, `delete` without `where`, … */
export interface DatabaseFact {
  verb: string;
  object?: string;
  /** no WHERE on DELETE or UPDATE */
  unbounded?: boolean;
}

/** A thing judged for itself (rulings §B1): one simple command of a shell text, or another tool's call as a whole. */
export interface Atom {
  kind: "command" | "call";
  /** the command as written, for people */
  text: string;
  /** base name, lower-case where the platform would not care; absent for a call or a dynamic name */
  program?: string;
  /** the words after the program; `null` where only the run itself knows one */
  words: (string | null)[];
  /**
   * The meaning as canonical words, options spelled out and sorted: `git push --force origin main`, `rm --force --recursive x`.
   * Rules' `commands` are compared with this, never with the text.
   */
  meaning?: {
    program: string;
    subcommands: string[];
    options: Record<string, string | true>;
    operands: (string | null)[];
  };
  /** wrappers that were peeled, outermost first: `sudo`, `env`, `timeout` */
  wrappers: string[];
  /** why it cannot be understood; not empty = opaque */
  opaque: string[];
  /** what runs unread: `script`, `interpreter`, `build-tool`, `test-runner`, `package-script`, `git-hooks`, `agent`, `piped-code` … */
  runsCode: string[];
  paths: PathFact[];
  hosts: HostFact[];
  databases: DatabaseFact[];
  /** names of variables set for it or by it, and of configuration that runs code */
  variables: string[];
  class: CommandClass;
  /** JSON pointer of the argument it came from */
  at: string;
}

export interface Facts {
  tool: {
    name: string;
    /** trimmed, lower-cased, NFKC */
    normalized: string;
    /** what kind of tool a map says this is: `shell`, `fs.read`, `fs.write`, `fs.edit`, `fs.delete`, `fs.search`, `http.fetch`, `mcp`, …; absent = unknown tool */
    meaning?: string;
    /** the mark of a policy's own description of it (`tools`), where there is one */
    map?: string;
    /** name and normalized differ in more than case and white space: look-alike characters */
    deceptive: boolean;
  };
  atoms: Atom[];
  /** every string in args that a rule's `argsMatch` may look at */
  strings: { at: string; text: string }[];
  secrets: SecretFact[];
  /** odd characters: controls, bidi, zero-width, look-alikes in a mixed-script word */
  oddCharacters: { at: string; kind: string }[];
  /** caps that were hit: each makes its atoms opaque */
  caps: string[];
  class: CommandClass;
}
