// main.ts — `npm run proof:approvals`: the proofs about approvals in full; writes their section of RELIABILITY.md
// usage: npm run proof:approvals [-- --actions 50000 --through 2000 --racers 20 --sequences 100000 --lives 5000 --pairs 1000000
//   --forgeries 100000 --seed 1 --only claims --minutes 30 --keep FILE --write]
// --keep: parts that were run before are read from this file, and what is run now is added; long parts can be run one by one.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "@holdpoint/runtime/embedded.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { writeSection } from "../section.ts";
import { racingClaims, racingConsumes } from "./claims.ts";
import { voteLives } from "./lives.ts";
import { renderingPairs } from "./pairs.ts";
import { type ApprovalProofs, isSound, section } from "./report.ts";
import { runSuite } from "./suites.ts";

const { values } = parseArgs({
  options: {
    actions: { type: "string", default: "50000" },
    minutes: { type: "string" },
    through: { type: "string", default: "2000" },
    racers: { type: "string", default: "20" },
    sequences: { type: "string", default: "100000" },
    lives: { type: "string", default: "5000" },
    pairs: { type: "string", default: "1000000" },
    forgeries: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    keep: { type: "string" },
    only: { type: "string", multiple: true },
    write: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const tell = (line: string) => void process.stderr.write(`${line}\n`);
const wants = (what: string) => values.only === undefined || values.only.includes(what);

const folder = mkdtempSync(join(tmpdir(), "holdpoint-proof-"));
const postgres = await startEmbeddedPostgres({
  dataDir: join(folder, "data"),
  log: createLogger("proof", { level: "error" }),
});
process.env["HOLDPOINT_TEST_DATABASE_URL"] = postgres.url;
const proofs: ApprovalProofs = { seed };
// After each part: a long run that is ended early has still said what it found.
const whole = (): ApprovalProofs => {
  const before = values.keep !== undefined && existsSync(values.keep) ? readFileSync(values.keep, "utf8") : "{}";
  return { ...(JSON.parse(before) as Partial<ApprovalProofs>), ...proofs };
};
function keep(): void {
  if (values.keep !== undefined) writeFileSync(values.keep, JSON.stringify(whole()));
  if (values.write) writeSection("approvals", section(whole()));
}
try {
  if (wants("pairs")) proofs.pairs = renderingPairs({ pairs: Number(values.pairs), seed, tell });
  if (wants("sequences")) {
    const count = Number(values.sequences);
    const file = "shared/core/src/escalation/machine.model.test.ts";
    proofs.sequences = { count, ...(await runSuite("shared/core", file, { HOLDPOINT_VOTE_SEQUENCES: String(count) })) };
  }
  keep();
  if (wants("forgeries")) {
    const count = Number(values.forgeries);
    const settings = { HOLDPOINT_FORGERIES: String(count), HOLDPOINT_SEED: String(seed) };
    proofs.forgeries = {
      count,
      ...(await runSuite("services/courier", "services/courier/src/forgery.test.ts", settings)),
    };
  }
  keep();
  if (wants("lives")) proofs.lives = await voteLives({ lives: Number(values.lives), seed, tell });
  keep();
  if (wants("claims"))
    proofs.claims = await racingClaims({ actions: Number(values.through), racers: Number(values.racers), tell });
  keep();
  if (wants("consumes"))
    proofs.consumes = await racingConsumes({
      actions: Number(values.actions),
      racers: Number(values.racers),
      seed,
      ...(values.minutes !== undefined && { minutesMax: Number(values.minutes) }),
      tell,
    });
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
keep();
process.stdout.write(`${section(whole())}\n`);
process.exit(isSound(whole()) ? 0 : 1);
