// code-names.ts — what a one-liner of another language calls its modules, functions and texts: imports, destructuring, constants

/** Short names and what they stand for: `sp` is `subprocess`, `run` is `child_process.exec`. */
export type CodeNames = ReadonlyMap<string, string>;

// Not from the middle of a longer name: a name as long as the code would be tried from each of its letters.
const NAME = "(?<![\\w$])[A-Za-z_$][\\w$]*";
const MODULE = `["'](?:node:)?([\\w@./-]+)["']`;
const GIVEN = `(?:await\\s+)?(?:require|import)\\s*\\(\\s*${MODULE}\\s*\\)((?:\\.\\w+)*)`;

const PYTHON_IMPORT = /\bimport\s+([\w.]+\s+as\s+\w+(?:\s*,\s*[\w.]+(?:\s+as\s+\w+)?)*)/g;
const PYTHON_FROM = /\bfrom\s+([\w.]+)\s+import\s+\(?([\w\s,]+?)\)?(?=[;\n]|$)/g;
const SCRIPT_WHOLE = new RegExp(`(${NAME})\\s*=\\s*${GIVEN}`, "g");
const SCRIPT_PARTS = new RegExp(`\\{([^{}]*)\\}\\s*=\\s*${GIVEN}`, "g");
const MODULE_WHOLE = new RegExp(`\\bimport\\s+(?:\\*\\s+as\\s+)?(${NAME})\\s+from\\s+${MODULE}`, "g");
const MODULE_PARTS = new RegExp(`\\bimport\\s+\\{([^{}]*)\\}\\s+from\\s+${MODULE}`, "g");

/** `a, b as c`, `a, b: c`: each part, and what it is called here. */
const partsOf = (list: string, between: RegExp): [string, string][] =>
  list.split(",").flatMap((part): [string, string][] => {
    const [name = "", short] = part.trim().split(between);
    return name === "" ? [] : [[name.trim(), (short ?? name).trim()]];
  });

const moduleName = (name: string): string => name.replaceAll("/", ".");

export function readNames(code: string): CodeNames {
  const names = new Map<string, string>();
  if (!/\b(import|require)\b/.test(code)) return names;
  for (const [, list] of code.matchAll(PYTHON_IMPORT))
    for (const [name, short] of partsOf(list!, /\s+as\s+/)) names.set(short, name);
  for (const [, module, list] of code.matchAll(PYTHON_FROM))
    for (const [name, short] of partsOf(list!, /\s+as\s+/)) names.set(short, `${module}.${name}`);
  for (const [, short, module, member] of code.matchAll(SCRIPT_WHOLE)) names.set(short!, moduleName(module!) + member);
  for (const [, list, module, member] of code.matchAll(SCRIPT_PARTS))
    for (const [name, short] of partsOf(list!, /\s*:\s*/)) names.set(short, `${moduleName(module!)}${member}.${name}`);
  for (const [, short, module] of code.matchAll(MODULE_WHOLE)) names.set(short!, moduleName(module!));
  for (const [, list, module] of code.matchAll(MODULE_PARTS))
    for (const [name, short] of partsOf(list!, /\s+as\s+/)) names.set(short, `${moduleName(module!)}.${name}`);
  return names;
}

/** The full name of what is called: its first part replaced by what it stands for. */
export function fullName(name: string, names: CodeNames): string {
  if (names.size === 0) return name;
  const dot = name.indexOf(".");
  const first = dot < 0 ? name : name.slice(0, dot);
  const meant = names.get(first);
  return meant === undefined || meant === first ? name : meant + (dot < 0 ? "" : name.slice(dot));
}
