// main.ts — `npm run accuracy [-- --corpora FOLDER] [--write] [--misses SUITE]`: measures the written set, and suites where given

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { measureClasses, measureSuites } from "./measure.ts";
import { accuracyPage } from "./page.ts";

const { values } = parseArgs({
  options: {
    corpora: { type: "string" },
    write: { type: "boolean", default: false },
    misses: { type: "string" },
  },
});
// npm changes the folder; INIT_CWD remembers where it was called.
const asked = process.env["INIT_CWD"] ?? process.cwd();
const classes = measureClasses();
const suites = values.corpora === undefined ? [] : measureSuites(resolve(asked, values.corpora));
const page = accuracyPage(classes, suites);
if (values.misses !== undefined) {
  for (const { suite, missed } of suites)
    if (suite.file === values.misses)
      for (const { id, expected, effect } of missed) process.stdout.write(`${id}\t${expected}\t${effect}\n`);
} else process.stdout.write(page);
if (values.write) writeFileSync(join(import.meta.dirname, "..", "..", "docs", "accuracy.md"), page);
const wrong = classes.some(({ pairs, ...each }) => each.attacksRight + each.twinsRight < pairs.length * 2);
if (wrong || suites.some(({ crashes }) => crashes > 0)) process.exitCode = 1;
