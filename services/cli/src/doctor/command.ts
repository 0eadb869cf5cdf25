// command.ts — `holdpoint doctor`: what is here, what works, and what a call would meet; each line was tried just now

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { policySources } from "../check/policy.ts";
import { dataFolder, readIfThere, settingsPath } from "../folder.ts";
import { urlOf } from "../gateway-url.ts";
import { spooled } from "../hook/spool.ts";
import { writeOut } from "../output.ts";
import { harmless, paintFor } from "../terminal.ts";
import { VERSION } from "../version.ts";
import { canaryDenied, canaryGone } from "./canary.ts";
import { broken, type Finding, note, ok } from "./finding.ts";
import { quarantineFinding } from "./quarantine.ts";
import { probeRungs } from "./rungs.ts";

export interface DoctorOptions {
  json?: boolean;
  config?: string;
}

const timeoutMs = 5_000;

async function gatewayFindings(): Promise<{ findings: Finding[]; reached: boolean }> {
  let url: string;
  try {
    url = urlOf({});
  } catch (error) {
    return { findings: [broken("gateway", error instanceof Error ? error.message : String(error))], reached: false };
  }
  const ask = (path: string) => fetch(url + path, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
  const health = await ask("/healthz");
  if (!health?.ok) return { findings: [broken("gateway", `nobody answers at ${url}`)], reached: false };
  const ready = await ask("/readyz");
  const body = (await ready?.text().catch(() => "")) ?? "";
  const findings = [
    ok("gateway", `answers at ${url}`),
    ready?.ok
      ? ok("database, queue", "it can decide and record")
      : broken("database, queue", `it cannot decide and record: ${harmless(body.slice(0, 200)) || "no answer"}`),
  ];
  return { findings, reached: true };
}

function policyFinding(): Finding {
  try {
    const { ruleCount, documents } = compileSet(policySources({}, process.cwd()));
    return ok("policy here", `${ruleCount} rules of ${documents.map(({ name }) => name).join(", ")}`);
  } catch (error) {
    if (!isFault(error)) throw error;
    return broken("policy here", `${error.message} (\`holdpoint policy status\` names every place)`);
  }
}

/** Only whether our hook is named there: what the client makes of it, its own canary must show. */
function clientFindings(): Finding[] {
  const files = [
    ["claude-code", join(homedir(), ".claude", "settings.json")],
    ["claude-code", join(process.cwd(), ".claude", "settings.json")],
    ["codex", join(homedir(), ".codex", "hooks.json")],
    ["gemini", join(homedir(), ".gemini", "settings.json")],
  ] as const;
  return files.flatMap(([client, path]) => {
    if (!existsSync(path)) return [];
    const installed = readFileSync(path, "utf8").includes(`hook ${client}`);
    return [
      installed
        ? ok(`hook of ${client}`, `installed in ${path}`)
        : note(`hook of ${client}`, `not installed in ${path}`),
    ];
  });
}

function spoolFinding(): Finding {
  const { count, last } = spooled(join(dirname(settingsPath(dataFolder())), "hook"));
  return count === 0
    ? ok("refusals kept", "none: no hook ran without its gateway")
    : note("refusals kept", `${count} calls were stopped while the gateway was away, the last at ${last}`);
}

async function rungFindings(): Promise<Finding[]> {
  return (await probeRungs()).map(({ rung, works, note: said }) =>
    (works ? ok : note)(`sandbox ${rung}`, harmless(said)),
  );
}

/**
 * What `up` wrote for hooks, where that is the gateway in question. A hook is installed with it and believes no
 * environment then: a person's own key in the shell is not the key it uses.
 */
function ownConfig(): string | undefined {
  const path = settingsPath(dataFolder());
  const text = readIfThere(path);
  return text !== undefined && JSON.parse(text).url === urlOf({}) ? path : undefined;
}

export async function diagnose(options: DoctorOptions): Promise<Finding[]> {
  const [gateway, rungs, gone] = await Promise.all([gatewayFindings(), rungFindings(), canaryGone()]);
  const denied =
    gateway.reached || options.config !== undefined ? await canaryDenied(options.config ?? ownConfig()) : undefined;
  const canary = (what: string, { ok: good, note: said }: { ok: boolean; note: string }) =>
    (good ? ok : broken)(what, harmless(said));
  return [
    ok("versions", `holdpoint ${VERSION}, node ${process.versions.node}, ${process.platform} ${process.arch}`),
    ok("data folder", dataFolder()),
    ...gateway.findings,
    ...(gateway.reached ? [await quarantineFinding(urlOf({}), process.env["HOLDPOINT_KEY"])] : []),
    policyFinding(),
    canary("hook, gateway gone", gone),
    ...(denied === undefined ? [] : [canary("hook, canary", denied)]),
    ...clientFindings(),
    spoolFinding(),
    ...rungs,
  ];
}

/** Exits 0 where nothing is broken, else 2. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const findings = await diagnose(options);
  if (options.json) await writeOut(`${JSON.stringify(findings)}\n`);
  else {
    const paint = paintFor(process.stdout);
    const mark = { ok: paint.green("✓"), note: paint.dim("·"), broken: paint.red("✗") };
    for (const { what, state, detail } of findings) await writeOut(`${mark[state]} ${what.padEnd(24)} ${detail}\n`);
  }
  return findings.some(({ state }) => state === "broken") ? 2 : 0;
}
