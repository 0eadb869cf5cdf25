// builtin.ts — the checkers that every action meets; each is a file of its own, none waits for anything

import { argumentSize } from "./argument-size.ts";
import type { Checker } from "./checker.ts";
import { pathTraversal } from "./path-traversal.ts";

export const builtinCheckers: readonly Checker[] = [argumentSize, pathTraversal];
