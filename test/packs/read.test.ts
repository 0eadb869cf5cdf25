// read.test.ts — what is written of the packs is what their texts say, and no text that was changed is taken for one of them

import { readFileSync } from "node:fs";
import { packValue } from "@holdpoint/core/packs/read-packs.ts";
import { DIALECTS } from "@holdpoint/core/rules/dialects/registry.ts";
import type { Problem } from "@holdpoint/core/rules/problems.ts";
import { readYaml } from "@holdpoint/core/rules/yaml-text.ts";
import { describe, expect, test } from "vitest";
import { packsFile, packsText, shippedYaml } from "./write.ts";

test("the committed file is what the texts say (else run `npm run packs`)", () => {
  expect(readFileSync(packsFile, "utf8")).toBe(packsText());
});

describe.each(shippedYaml.map((source) => [source.name, source] as const))("%s", (_name, source) => {
  const drafted = (text: string, problems: Problem[] = []) => DIALECTS[source.dialect]?.({ ...source, text }, problems);

  test("is known, and says what YAML reads in it", () => {
    expect(packValue(source.text)).toStrictEqual(readYaml(source.name, source.text, [])?.value);
  });

  test("is read anew where a letter of it was changed", () => {
    expect(packValue(`${source.text}#`)).toBeUndefined();
    const [changed] = drafted(source.text.replace(/effect: \w+/, "effect: alert"))?.document.rules ?? [];
    expect(changed?.effect).toBe("alert");
  });

  test("is given as a copy: whoever changes what was read changes no policy of others", () => {
    const [rule] = drafted(source.text)?.document.rules ?? [];
    const { effect } = rule ?? {};
    Object.assign(rule ?? {}, { effect: "alert" });
    expect(drafted(source.text)?.document.rules?.[0]?.effect).toBe(effect);
  });

  test("is located as it is when it is read", () => {
    const text = readYaml(source.name, source.text, []);
    const places = [["rules", 1, "reason"], ["rules", 0, "when"], ["rules"], []] as const;
    for (const path of places)
      for (const key of [true, false]) expect(drafted(source.text)?.locate(path, key)).toEqual(text?.locate(path, key));
  });
});
