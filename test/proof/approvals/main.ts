// main.ts — `npm run proof:approvals`: the proofs about approvals in full; writes their section of RELIABILITY.md
// usage: npm run proof:approvals [-- --actions 50000 --through 1000 --racers 20 --sequences 100000 --lives 1000 --pairs 1000000
//   --forgeries 100000 --seed 1 --only claims --minutes 30 --write]
// Some twenty minutes. Parts may be run one by one (`--only`): with `--write` each keeps its row, its day and its seed.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "@holdpoint/runtime/embedded.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { RELIABILITY, writeSection } from "../section.ts";
import { racingClaims, racingConsumes } from "./claims.ts";
import { voteLives } from "./lives.ts";
import { renderingPairs } from "./pairs.ts";
import { type ApprovalProofs, type Found, foundIn, isSound, section } from "./report.ts";
import { runSuite } from "./suites.ts";

const { values } = parseArgs({
  options: {
    actions: { type: "string", default: "50000" },
    minutes: { type: "string" },
    through: { type: "string", default: "1000" },
    racers: { type: "string", default: "20" },
    sequences: { type: "string", default: "100000" },
    lives: { type: "string", default: "1000" },
    pairs: { type: "string", default: "1000000" },
    forgeries: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    only: { type: "string", multiple: true },
    write: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const tell = (line: string) => void process.stderr.write(`${line}\n`);

const folder = mkdtempSync(join(tmpdir(), "holdpoint-proof-"));
const postgres = await startEmbeddedPostgres({
  dataDir: join(folder, "data"),
  log: createLogger("proof", { level: "error" }),
});
process.env["HOLDPOINT_TEST_DATABASE_URL"] = postgres.url;
const today = new Date().toISOString().slice(0, 10);
const before = existsSync(RELIABILITY) ? foundIn(readFileSync(RELIABILITY, "utf8")) : {};
const proofs: ApprovalProofs = values.write ? before : {};

/** After each part its row is written: a long run that is ended early has still said what it found. */
async function part<Part extends keyof Found>(
  name: Part,
  run: () => Promise<Found[Part]> | Found[Part],
): Promise<void> {
  if (values.only !== undefined && !values.only.includes(name)) return;
  tell(`${name} …`);
  Object.assign(proofs, { [name]: { on: today, seed, found: await run() } });
  if (values.write) writeSection("approvals", section(proofs));
}
const suite = async (project: string, file: string, count: number, settings: Record<string, string>) => ({
  count,
  ...(await runSuite(project, file, settings)),
});
const counts = { sequences: Number(values.sequences), forgeries: Number(values.forgeries) };

try {
  await part("pairs", () => renderingPairs({ pairs: Number(values.pairs), seed, tell }));
  await part("sequences", () =>
    suite("shared/core", "shared/core/src/escalation/machine.model.test.ts", counts.sequences, {
      HOLDPOINT_VOTE_SEQUENCES: String(counts.sequences),
      HOLDPOINT_SEED: String(seed),
    }),
  );
  await part("forgeries", () =>
    suite("services/courier", "services/courier/src/forgery.test.ts", counts.forgeries, {
      HOLDPOINT_FORGERIES: String(counts.forgeries),
      HOLDPOINT_SEED: String(seed),
    }),
  );
  await part("lives", () => voteLives({ lives: Number(values.lives), seed, tell }));
  await part("claims", () => racingClaims({ actions: Number(values.through), racers: Number(values.racers), tell }));
  await part("consumes", () =>
    racingConsumes({
      actions: Number(values.actions),
      racers: Number(values.racers),
      seed,
      ...(values.minutes !== undefined && { minutesMax: Number(values.minutes) }),
      tell,
    }),
  );
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${section(proofs)}\n`);
process.exit(isSound(proofs) ? 0 : 1);
