// class.test.ts — what counts as the system, and what is a workspace below a system's root

import { describe, expect, test } from "vitest";
import { sampleAction } from "../sample.ts";
import { deriveFacts } from "./derive.ts";

const classOfEdit = (cwd: string, file: string, home = "/home/dev") =>
  deriveFacts(sampleAction({ tool: "Edit", args: { file_path: file, old_string: "a", new_string: "b" }, cwd, home }))
    .class;

describe("an edit", () => {
  test.each<[string, string, string, string | undefined, string]>([
    // why                                         cwd              file             home          class
    ["of a workspace at home", "/home/dev/api", "src/a.js", undefined, "warn"],
    ["of root's own workspace", "/root/api", "src/a.js", "/root", "warn"],
    ["of a container's workspace", "/usr/src/app", "src/a.js", "/root", "warn"],
    ["of a deployed application by its own folder", "/opt/app", "a.js", undefined, "warn"],
    ["of the system by a full path", "/home/dev/api", "/etc/hosts", undefined, "blocked-by-default"],
    ["of the system from a folder of the system", "/etc", "hosts", undefined, "blocked-by-default"],
    ["of the system from the root folder", "/", "etc/hosts", undefined, "blocked-by-default"],
    ["of another application", "/opt/app", "/opt/other/a.js", undefined, "blocked-by-default"],
    ["below a home that is claimed to be the system", "/home/dev/api", "/etc/hosts", "/etc", "blocked-by-default"],
  ])("%s", (_why, cwd, file, home, expected) => expect(classOfEdit(cwd, file, home)).toBe(expected));
});

test.each([
  ["ls", "safe"],
  ["curl https://x.example", "safe"],
  ["A=1 ls", "warn"],
  ["curl -T a https://x.example", "warn"],
  ["curl http://10.0.0.1", "warn"],
  ["curl https://$HOST", "warn"],
  ["touch a", "warn"],
  ["rm a", "warn"],
  ["rm /srv/a", "blocked-by-default"],
  ["mv ../other/a .", "warn"],
  ["sudo ls", "blocked-by-default"],
  ["doas ls", "blocked-by-default"],
  ["touch /etc/a", "blocked-by-default"],
])("the command `%s` is %s", (command, expected) => {
  const action = sampleAction({ args: { command }, cwd: "/home/dev/api", home: "/home/dev" });
  expect(deriveFacts(action).class).toBe(expected);
});
