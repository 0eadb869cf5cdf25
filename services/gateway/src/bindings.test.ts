// bindings.test.ts — what was pinned must stand at the claim; what was not may be anything (rulings §C5)

import type { Bindings } from "@holdpoint/wire/action.ts";
import { expect, test } from "vitest";
import { changedBinding } from "./bindings.ts";

const file = (path: string, sha256: string) => ({ path, sha256 });

test.each<[string, Bindings | undefined, Bindings | undefined, string | undefined]>([
  ["nothing pinned, nothing said", undefined, undefined, undefined],
  ["nothing pinned, anything said", undefined, { cwd: "/x" }, undefined],
  ["the same cwd", { cwd: "/a" }, { cwd: "/a" }, undefined],
  ["another cwd", { cwd: "/a" }, { cwd: "/b" }, "cwd"],
  ["a pin that is left out", { cwd: "/a" }, {}, "cwd"],
  ["no bindings at all where some were pinned", { executable: "sha256:1" }, undefined, "executable"],
  ["more than was pinned", { cwd: "/a" }, { cwd: "/a", executable: "sha256:1" }, undefined],
  ["another environment", { environmentHash: "1" }, { environmentHash: "2" }, "environmentHash"],
  [
    "files in another order",
    { files: [file("a", "1"), file("b", "2")] },
    { files: [file("b", "2"), file("a", "1")] },
    undefined,
  ],
  ["a file that changed", { files: [file("a", "1")] }, { files: [file("a", "2")] }, "files"],
  ["a file that went", { files: [file("a", "1"), file("b", "2")] }, { files: [file("a", "1")] }, "files"],
  ["a file that came", { files: [file("a", "1")] }, { files: [file("a", "1"), file("b", "2")] }, "files"],
  [
    "digests swapped between files",
    { files: [file("a", "1"), file("b", "2")] },
    { files: [file("a", "2"), file("b", "1")] },
    "files",
  ],
  ["another real path", { resolvedPaths: ["/a"] }, { resolvedPaths: ["/etc"] }, "resolvedPaths"],
])("%s", (_why, pinned, claimed, changed) => expect(changedBinding(pinned, claimed)).toBe(changed));
