// files.ts — programs that make, move, change and remove files

import type { Program } from "../grammar.ts";

export const files: Record<string, Program> = {
  rm: {
    use: "<delete>...",
    options: `
      -f --force; -i; -I; --interactive[=WHEN]; -v --verbose; -d --dir
      -r -R --recursive
      --no-preserve-root; --preserve-root[=all]; --one-file-system
    `,
  },
  "rmdir": { use: "<delete>...", options: "-p --parents; -v --verbose; --ignore-fail-on-non-empty" },
  "echo printf": { class: "safe" },
  "cat": { use: "<read>...", class: "safe" },
  "ls": { use: "<read>...", class: "safe", prints: "operands", options: "-R --recursive; -a --all; -l" },
};
