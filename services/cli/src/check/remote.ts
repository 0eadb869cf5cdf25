// remote.ts — checkers that live in other processes: `check` does not call them, so it must know their names

/** Ids of the checkers that HOLDPOINT_CHECKERS lists. Throws `config_invalid`. */
export async function remoteCheckers(env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const path = env["HOLDPOINT_CHECKERS"];
  if (path === undefined || path === "") return [];
  // Loaded only where there are any: it brings what it takes to call them.
  const { loadCheckers } = await import("@holdpoint/engine/checkers/load.ts");
  return loadCheckers(path).map(({ id }) => id);
}
