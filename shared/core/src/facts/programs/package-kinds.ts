// package-kinds.ts — what subcommands of package managers have in common: they look, they install, they publish

import { addHost, type Call, has, looksOnly } from "../call.ts";
import type { Program } from "../grammar.ts";

export const LOOK = (options = ""): Program => ({
  class: "safe",
  options: `-l --long; --json; --depth=N; -g --global; -a --all; ${options}`,
});
export const install = (options = "", more: Partial<Program> = {}): Program => ({
  options,
  runs: "package-script",
  class: "warn",
  ...more,
});
/** What is published leaves for the registry. */
export const publishes = (call: Call): void => {
  if (has(call, "dry-run")) {
    looksOnly(call);
    return;
  }
  addHost(
    call.reading,
    call.atom,
    `${call.program} ${call.subs.join(" ")}`,
    { host: "", zone: "unknown", scheme: "registry" },
    true,
  );
};
