// builtin.ts — the checkers that every action meets; each is a file of its own, none waits for anything

import { argumentSize } from "./argument-size.ts";
import type { Checker } from "./checker.ts";
import { type DatabaseOptions, databaseStatements } from "./database-statements.ts";
import { type EgressOptions, egress } from "./egress.ts";
import { packageProvenance } from "./package-provenance.ts";
import { pathTraversal } from "./path-traversal.ts";
import { type SecretLeakOptions, secretLeak } from "./secret-leak.ts";
import { unicodeDeception } from "./unicode-deception.ts";

export interface BuiltinOptions {
  secretLeak?: SecretLeakOptions;
  egress?: EgressOptions;
  database?: DatabaseOptions;
}

/** The same checkers with a tenant's or a company's own lists. */
export const createBuiltinCheckers = (options: BuiltinOptions = {}): readonly Checker[] => [
  argumentSize,
  pathTraversal,
  unicodeDeception,
  secretLeak(options.secretLeak),
  egress(options.egress),
  databaseStatements(options.database),
  packageProvenance,
];

export const builtinCheckers: readonly Checker[] = createBuiltinCheckers();
