// standing.ts — what a "yes, and the next times too" or a "no" is about: the same call by its facts, bound to who asked and why

import type { Action } from "@holdpoint/wire/action.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

/**
 * Programs that people may say yes to in advance (rulings §D4): each does what its words say. No shell, interpreter,
 * wrapper, remover or downloader is among them: the same words of those may do anything tomorrow.
 */
export const STANDING_PROGRAMS: ReadonlySet<string> = new Set(
  (
    "git gh glab hub npm pnpm yarn bun prisma drizzle-kit knex sequelize typeorm alembic flyway liquibase dbmate goose atlas " +
    "cargo go make just docker podman kubectl helm kustomize terraform tofu pulumi aws gcloud az fly vercel netlify wrangler " +
    "systemctl brew apt apt-get dnf pip pipx uv poetry bundle composer mvn gradle dotnet"
  ).split(" "),
);
/** They only start what follows them, with the rights that there are. */
const PLAIN_WRAPPERS = new Set(["npx", "pnpx", "bunx", "timeout", "time"]);
/** Code that no word of the call names. */
const UNREAD = new Set(["interpreter", "piped-code", "agent"]);

const text = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value)) as Json);
const sorted = (values: readonly string[]): string[] => [...values].sort();

/** An atom by what it means; by its text too where that could not be understood. */
const atomFacts = (atom: Atom) => ({
  kind: atom.kind,
  program: atom.program ?? null,
  words: atom.words,
  wrappers: atom.wrappers,
  paths: sorted(atom.paths.map(({ path, access }) => `${access} ${path}`)),
  hosts: sorted(atom.hosts.map(({ host, port, upload }) => `${host} ${port ?? ""} ${upload ?? false}`)),
  variables: sorted(atom.variables),
  ...((atom.opaque.length > 0 || atom.kind === "call") && { text: atom.text }),
});

/** Arguments that no fact speaks for; a description is for people and changes nothing. */
function otherArguments({ args }: Action, { atoms }: Facts): Json {
  const read = new Set(atoms.filter(({ kind }) => kind === "command").map(({ at }) => at));
  const rest = Object.entries(args as Record<string, Json>).filter(
    ([key]) => !read.has(`/${key}`) && key !== "description",
  );
  return Object.fromEntries(rest);
}

/** The same call, however it is spelled: equal facts in the same folder. */
const sameCall = (action: Action, facts: Facts) => ({
  kind: action.kind,
  tool: facts.tool.normalized,
  cwd: action.cwd ?? null,
  atoms: facts.atoms.map(atomFacts),
  args: otherArguments(action, facts),
});

/** What a denial is remembered by: facts and credential (rulings §D5). */
export const memorySubject = (action: Action, facts: Facts): string =>
  text({ credential: action.credential, agent: action.principal.agent, call: sameCall(action, facts) });

const atomObjection = (atom: Atom): string | undefined => {
  if (atom.opaque.length > 0) return `not everything of it is understood: ${atom.opaque[0]}`;
  const dynamic = [...atom.paths, ...atom.hosts].some((each) => each.dynamic === true);
  if (dynamic || atom.words.includes(null)) return "it holds words that only the run itself knows";
  const wrapper = atom.wrappers.find((each) => !PLAIN_WRAPPERS.has(each));
  if (wrapper !== undefined) return `it runs by way of \`${wrapper}\``;
  if (atom.variables.length > 0) return "it sets variables, whose values are no part of a grant";
  if (atom.kind === "call") return undefined;
  if (atom.program === undefined || !STANDING_PROGRAMS.has(atom.program))
    return `\`${atom.program ?? "this"}\` is not a program that may be approved in advance`;
  if (atom.words.length === 0) return `a bare \`${atom.program}\` would cover too much`;
  const unread = atom.runsCode.find((each) => UNREAD.has(each));
  return unread === undefined ? undefined : `it runs code that nobody has read (${unread})`;
};

/** Why nobody may say yes to the next ones of this call, for people; undefined where one may. */
export function standingObjection(action: Action, facts: Facts, verdict: Verdict): string | undefined {
  const [only, ...more] = verdict.ask?.requirements ?? [];
  if (only === undefined || more.length > 0 || only.quorum > 1)
    return "it takes several people, who would all have to grant it";
  if (action.replaces !== undefined || action.mode !== "auto") return "it was edited, escalated or is a draft";
  if (facts.tool.meaning === undefined || facts.tool.deceptive) return "the tool is not known";
  if (facts.caps.length > 0) return "it is too large to be read whole";
  if (facts.secrets.length > 0 || facts.oddCharacters.length > 0) return "it holds a secret or odd characters";
  return facts.atoms.map(atomObjection).find((each) => each !== undefined);
}

/** What a standing grant is bound to, all of it: who asks, the call by its facts, its pins, the rules that asked, whom they asked. */
export function standingSubject(action: Action, facts: Facts, verdict: Verdict): string | undefined {
  if (standingObjection(action, facts, verdict) !== undefined) return undefined;
  const { principal, credential, environment, bindings, audience, toolVersion } = action;
  return text({
    credential,
    principal,
    environment: environment ?? null,
    bindings: bindings ?? null,
    audience,
    toolVersion,
    attested: sorted(action.attested),
    call: sameCall(action, facts),
    rules: sorted((verdict.ask?.because ?? []).map(({ rule }) => rule)),
    requirements: verdict.ask?.requirements ?? [],
    sandbox: verdict.sandbox?.required ?? null,
  });
}
