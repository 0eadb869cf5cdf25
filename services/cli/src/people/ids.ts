// ids.ts — ids as people type them: what begins otherwise is said to be another thing before anybody is asked

const KINDS = {
  apr: ["an approval", "`holdpoint inbox` lists them"],
  act: ["an action", "its card and `holdpoint tail` name it"],
  grt: ["a standing grant", "`holdpoint grants` lists them"],
  dlg: ["a delegation", "`holdpoint delegations` lists them"],
} as const;

/** The same id. Throws where it cannot be one of this kind. */
export function idOf(kind: keyof typeof KINDS, given: string): string {
  if (given.startsWith(`${kind}_`)) return given;
  const [what, where] = KINDS[kind];
  throw new Error(`\`${given.slice(0, 60)}\` is not the id of ${what}: those begin with \`${kind}_\` (${where})`);
}
