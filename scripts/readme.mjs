// readme.mjs — writes the end of a real demo run between the README's demo markers: what it shows is what was printed
// usage: node scripts/readme.mjs   (after `npm run demo -- --yes` works)
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = spawnSync(process.execPath, [join(root, "scripts/up.mjs"), "holdpoint", "demo", "--yes"], {
  cwd: root,
  encoding: "utf8",
  env: { ...process.env, NO_COLOR: "1", INIT_CWD: root },
});
if (run.status !== 0) throw new Error(`the demo ended with ${run.status}:\n${run.stdout}\n${run.stderr}`);
const from = run.stdout.search(/^ +action +outcome/m);
const to = run.stdout.indexOf("Where to look next");
if (from < 0 || to < from) throw new Error("the demo printed no table");
const shown = run.stdout.slice(from, to).trimEnd();
const path = join(root, "README.md");
const readme = readFileSync(path, "utf8");
writeFileSync(
  path,
  readme.replace(
    /(<!-- demo:begin -->\n)[\s\S]*?(<!-- demo:end -->)/,
    (_all, begin, end) => `${begin}\`\`\`\n${shown}\n\`\`\`\n${end}`,
  ),
);
