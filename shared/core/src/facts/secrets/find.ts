// find.ts — where a text holds a secret: kind and span, never the value

import type { SecretFact } from "@holdpoint/wire/facts.ts";

export function findSecrets(_text: string, _at: string, _out: SecretFact[]): void {}
