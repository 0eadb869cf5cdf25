// pins.test.ts — what was pinned must stand at the claim; what was not may be anything (rulings §C5)

import { sampleAction } from "@holdpoint/core/sample.ts";
import type { Attests } from "@holdpoint/wire/access.ts";
import type { Action, Bindings } from "@holdpoint/wire/action.ts";
import type { ClaimRequest } from "@holdpoint/wire/grant.ts";
import { expect, test } from "vitest";
import { changedBinding, changedPin } from "./pins.ts";

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

const WRONG_PLACE = { reasonCode: "wrong_audience", at: "/audience" };
const OTHER_TOOL = { reasonCode: "tool_changed", at: "/toolVersion" };
test.each<[string, Partial<Action>, Attests, ClaimRequest, object | undefined]>([
  ["no place was named, and none is", {}, {}, {}, undefined],
  ["no place was named: any will do", {}, {}, { audience: "eu" }, undefined],
  ["no place was named, the key is pinned to one", {}, { audience: "eu" }, {}, undefined],
  [
    "no place was named, and the claim says another than its key",
    {},
    { audience: "eu" },
    { audience: "us" },
    WRONG_PLACE,
  ],
  ["the same place", { audience: "eu" }, {}, { audience: "eu" }, undefined],
  ["the key's place", { audience: "eu" }, { audience: "eu" }, {}, undefined],
  ["another place", { audience: "eu" }, {}, { audience: "us" }, WRONG_PLACE],
  ["silence", { audience: "eu" }, {}, {}, WRONG_PLACE],
  ["the key's other place, silently", { audience: "eu" }, { audience: "us" }, {}, WRONG_PLACE],
  [
    "the key's other place, saying the right one",
    { audience: "eu" },
    { audience: "us" },
    { audience: "eu" },
    WRONG_PLACE,
  ],
  ["an executor of that name is no place", { audience: "eu" }, {}, { executor: "eu" }, WRONG_PLACE],
  ["the same tool", { toolVersion: "1" }, {}, { toolVersion: "1" }, undefined],
  ["any version of a tool that was not pinned", {}, {}, { toolVersion: "2" }, undefined],
  ["another tool", { toolVersion: "1" }, {}, { toolVersion: "2" }, OTHER_TOOL],
  ["silence about the tool", { toolVersion: "1" }, {}, {}, OTHER_TOOL],
  [
    "a changed binding, by its name",
    { bindings: { cwd: "/a" } },
    {},
    {},
    { reasonCode: "bindings_changed", at: "/bindings/cwd" },
  ],
])("pins of a claim: %s", (_why, action, attests, request, changed) =>
  expect(changedPin(sampleAction(action), attests, request)).toEqual(changed),
);
