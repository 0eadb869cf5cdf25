// policy.ts — a small policy for tests of the line itself: whatever becomes of the packs, these commands keep their effect

import type { PolicySource } from "@holdpoint/wire/policy.ts";

export const linePolicy: PolicySource = {
  name: "line.yaml",
  dialect: "native-yaml",
  text: `
default: deny
rules:
  - { id: look, effect: allow, reason: only looks, when: { commands: ["git status", "git log", "ls"] } }
  - { id: ask-first, effect: require_approval, reason: changes a schema, when: { commands: ["npx prisma migrate deploy"] } }
  - { id: never, effect: deny, reason: deletes, when: { commands: ["rm -rf"] } }
`,
};
