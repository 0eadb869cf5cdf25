// mutate.test.ts — a source with its mutants built in does what it did while they sleep, and what one says when it is awake

import { expect, test } from "vitest";
import { mutate } from "./mutate.ts";
import { listedInVain, mutationPage, type Tried } from "./page.ts";
import { refusedByTypes } from "./refused.ts";
import { nameOf } from "./same.ts";
import { allMutants } from "./targets.ts";

const SOURCE = `
const f = (value: number, names: string[]): string => {
  if (value < 3 && !names.some((name) => name.startsWith("a"))) return "small";
  else if (value === 7) { names.push("seven"); return "seven"; }
  for (const name of names) if (name === "stop") break;
  return names.length > 1 ? "many" : "few";
};`;

const { code, mutants } = mutate("f.ts", SOURCE, 10);
const made = (awake: number): ((value: number, names: string[]) => string) =>
  new Function("__mutant", "__tick", `${code}; return f;`)(
    (id: number) => id === awake,
    () => {},
  );
const idOf = (from: string, to: string): number => mutants.find((one) => one.from === from && one.to === to)?.id ?? -1;

test.each([
  [1, ["b"], "small"],
  [1, ["ab"], "few"],
  [3, ["b"], "few"],
  [7, ["b", "c"], "seven"],
  [8, ["b", "stop"], "many"],
])("asleep, %s of %s is %s", (value, names, answer) => expect(made(0)(value, [...names])).toBe(answer));

test.each([
  ["a boundary", "value < 3", "(value) <= (3)", 3, ["b"], "small"],
  ["an operator", "value === 7", "(value) !== (7)", 8, ["b"], "seven"],
  ["a constant", "1", "2", 8, ["b", "c"], "few"],
  [
    "a negation",
    '!names.some((name) => name.startsWith("a"))',
    'names.some((name) => name.startsWith("a"))',
    1,
    ["b"],
    "few",
  ],
  ["an opposite", 'name.startsWith("a")', 'name.endsWith("a")', 1, ["ba"], "few"],
  ["a dropped statement", 'return "seven";', "", 7, ["b"], "many"],
])("awake, %s changes the answer", (_what, from, to, value, names, answer) => {
  const id = idOf(from, to);
  expect(id).toBeGreaterThan(0);
  expect(made(id)(value, [...names])).toBe(answer);
});

const MORE = `
const g = (one: { names?: string[] } | undefined, more: string[]): string => {
  let size = 0;
  size += 2;
  const all = one?.names ?? [...more, "x"];
  const first = (names: string[]) => names[0];
  return size + \` \` + first(all);
};`;
const more = mutate("g.ts", MORE, 1);
const madeMore = (awake: number): ((one: { names?: string[] } | undefined, more: string[]) => string) =>
  new Function("__mutant", "__tick", `${more.code}; return g;`)(
    (id: number) => id === awake,
    () => {},
  );

test.each([
  ["nothing", "", "", undefined, "2 a"],
  ["a list that is empty", '[...more, "x"]', "[]", undefined, "2 undefined"],
  ["the other side of a default", 'one?.names ?? [...more, "x"]', "one?.names", undefined, "throws"],
  ["a default instead of what is there", 'one?.names ?? [...more, "x"]', '[...more, "x"]', { names: ["b"] }, "2 a"],
  ["a chain that does not ask", "one?.names", "one.names", undefined, "throws"],
  ["a sum the other way", "size += 2", "size -= 2", undefined, "-2 a"],
  ["an answer that is left out", "names[0]", "undefined", undefined, "2 undefined"],
  ["a text that is empty", "` `", '""', undefined, "2a"],
])("awake, %s changes the answer", (what, from, to, one, answer) => {
  const id = what === "nothing" ? 0 : more.mutants.find((each) => each.from === from && each.to === to)?.id;
  const said = (): string => {
    try {
      return madeMore(id ?? -1)(one, ["a"]);
    } catch {
      return "throws";
    }
  };
  expect(id).toBeDefined();
  expect(said()).toBe(answer);
});

test("every mutant has a number of its own and says where it stands", () => {
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
  expect(mutants.every(({ id }) => id >= 10 && id < 10 + mutants.length)).toBe(true);
  expect(mutants.find(({ from }) => from === "value === 7")).toMatchObject({ file: "f.ts", line: 4 });
});

test("the page counts what was noticed, and lists what was not", () => {
  const [first, second] = mutants;
  if (!first || !second) throw new Error("no mutants");
  const tried: Tried[] = [
    { ...first, outcome: "killed" },
    { ...second, outcome: "survived" },
  ];
  const page = mutationPage(tried);
  expect(page).toContain("**1 of 2 noticed: 50.0 %**");
  expect(page).toContain("## Not noticed (1)");
  expect(page).toContain(`- ${second.line}: `);
});

test("what changes no answer and what does not compile is counted apart, and never hidden", () => {
  const [first, second, third] = mutants;
  if (!first || !second || !third) throw new Error("no mutants");
  const tried: Tried[] = [
    { ...first, outcome: "killed" },
    { ...second, outcome: "survived" },
    { ...third, outcome: "refused" },
  ];
  const same = { "only speed": [nameOf(second)] };
  const page = mutationPage(tried, same);
  expect(page).toContain("**1 of 3 noticed: 33.3 %**");
  expect(page).toContain("**1 of 1 are noticed: 100.0 %**");
  expect(page).toContain("### only speed (1)");
  expect(page).toContain("## Not noticed (0)");
  expect(listedInVain(tried, same)).toEqual([]);
  expect(listedInVain(tried, { x: [nameOf(first), nameOf(third)] })).toEqual([nameOf(first), nameOf(third)]);
});

test("what the type checker refuses is told from what it takes", { timeout: 120_000 }, async () => {
  const { mutants: all } = allMutants("word-set.ts");
  const of = (from: string, to: string) => all.find((one) => one.from === from && one.to === to);
  const answer = of("return false;", "");
  const bound = of("globs.length <= FEW", "(globs.length) < (FEW)");
  const kind = of('"start"', '""');
  if (!answer || !bound || !kind) throw new Error("no mutants");
  expect([...(await refusedByTypes([answer, bound, kind]))].sort()).toEqual([answer.id, kind.id].sort());
});
