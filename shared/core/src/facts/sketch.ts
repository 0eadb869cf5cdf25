// sketch.ts — facts in one short line an atom, for tests and for people who debug: `sudo> rm --recursive /x | d:/x+`

import type { Atom, Facts, PathFact } from "@holdpoint/wire/facts.ts";

/** `r` `w` `d` `x`: access; `+`: may reach below; `?`: only the run knows; `!`: resolved by an enforcer. */
const path = ({ access, path, mayContain, dynamic, resolved }: PathFact): string =>
  `${access === "execute" ? "x" : access[0]}:${path}${mayContain && !dynamic ? "+" : ""}${dynamic ? "?" : ""}${resolved ? "!" : ""}`;

function words({ meaning, program, words: all }: Atom): string {
  if (!meaning) return [program ?? "?", ...all.map((word) => word ?? "?")].join(" ");
  const options = Object.entries(meaning.options).map(([name, value]) =>
    value === true ? `--${name}` : `--${name}=${value}`,
  );
  return [meaning.program, ...meaning.subcommands, ...options, ...meaning.operands.map((word) => word ?? "?")].join(
    " ",
  );
}

export function sketchAtom(atom: Atom): string {
  const said = atom.kind === "call" ? "call" : words(atom);
  const wrapped = atom.wrappers.length > 0 ? `${atom.wrappers.join("> ")}> ${said}` : said;
  const facts = [
    ...atom.paths.map(path),
    ...atom.hosts.map(
      ({ host, zone, port, upload, dynamic }) =>
        `h:${dynamic ? "?" : host}${port === undefined ? "" : `:${port}`}(${zone}${upload ? ",upload" : ""})`,
    ),
    ...atom.databases.map(
      ({ verb, object, unbounded }) => `sql:${[verb, object].filter(Boolean).join(" ")}${unbounded ? "!" : ""}`,
    ),
    ...atom.variables.map((name) => `$${name}`),
    ...atom.runsCode.map((kind) => `runs:${kind}`),
    ...(atom.opaque.length > 0 ? ["opaque"] : []),
    ...(atom.class === "blocked-by-default" ? ["blocked"] : atom.class === "safe" ? ["safe"] : []),
  ];
  return facts.length > 0 ? `${wrapped} | ${facts.join(" ")}` : wrapped;
}

export const sketch = (facts: Facts): string[] => facts.atoms.map(sketchAtom);
