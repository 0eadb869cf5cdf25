// outlets.test.ts — every kind of secret, under every coat, through every outlet of the core: decisions, findings, cards, log lines,
// values that are kept. What leaves the product as a whole is in test/e2e/secrets.test.ts

import type { Json } from "@holdpoint/wire/scalars.ts";
import { describe, expect, test } from "vitest";
import { decide } from "../decide.ts";
import { toDecision } from "../decision.ts";
import { renderCard } from "../escalation/card.ts";
import { compileSet } from "../rules/compile.ts";
import { sampleAction, sampleAsk, sampleId } from "../sample.ts";
import { redactJudgement } from "./judgement.ts";
import { createRedactor } from "./redact.ts";

const key = Buffer.alloc(32, 7);
const mixed = (length: number) => "Zq7Lm2Xv9Kp4Rt8W".repeat(Math.ceil(length / 16)).slice(0, length);
const word = (text: string) => Buffer.from(text).toString("base64url");
/** Synthetic, and split so that nothing takes this file for a leak. */
const SECRETS: readonly (readonly [kind: string, text: string, hidden: string])[] = [
  ["aws-access-key", ["AKIA", "A5TBRE4GEMXJ2QPD"].join("")],
  ["gcp-api-key", ["AIza", mixed(35)].join("")],
  ["azure-storage-key", ["AccountKey=", mixed(86), "=="].join("")],
  ["github-token", ["ghp_", mixed(36)].join("")],
  ["gitlab-token", ["glpat-", mixed(20)].join("")],
  ["npm-token", ["npm_", mixed(36)].join("")],
  ["slack-token", ["xoxb-", "123456789012-", mixed(24)].join("")],
  ["stripe-key", ["sk_live_", mixed(24)].join("")],
  ["openai-key", ["sk-proj-", mixed(48)].join("")],
  ["anthropic-key", ["sk-ant-", mixed(48)].join("")],
  ["jwt", [word('{"alg":"HS256","typ":"JWT"}'), word('{"sub":"1234567890"}'), mixed(43)].join(".")],
  ["ssh-private-key", `-----BEGIN OPENSSH ${"PRIVATE"} KEY-----\n${mixed(64)}\n-----END OPENSSH ${"PRIVATE"} KEY-----`],
  ["private-key", `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${mixed(64)}\n-----END RSA ${"PRIVATE"} KEY-----`],
  ["database-url", "postgres://app:s3cr3t-Pw9@db.corp.example/app", "s3cr3t-Pw9"],
  ["named-secret", "DB_PASSWORD=hunter22-Xq", "hunter22-Xq"],
].map(([kind = "", text = "", hidden = text]) => [kind, text, hidden] as const);

const escaped = (text: string, each: (code: number) => string) =>
  [...text].map((char) => each(char.charCodeAt(0))).join("");
const COATS: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "in JSON in JSON": (text) => JSON.stringify(JSON.stringify({ note: text })),
  "percent escapes": (text) => escaped(text, (code) => `%${code.toString(16).padStart(2, "0")}`),
  "unicode escapes": (text) => escaped(text, (code) => `\\u${code.toString(16).padStart(4, "0")}`),
  base64: (text) => Buffer.from(`the value is ${text} as agreed`).toString("base64"),
};

const set = compileSet([
  {
    name: "p",
    dialect: "native-yaml",
    text: "rules: [{ id: mark, effect: redact, when: { secrets: true } }, { id: tell, effect: alert, reason: look }]",
  },
]);

describe.each(Object.entries(COATS))("%s", (_coat, wear) => {
  test.each(SECRETS)("%s", (kind, text, hidden) => {
    const worn = wear(text);
    const command = `frobnicate ${worn}`;
    const args = { command, notes: [{ [worn]: worn }] };
    const action = sampleAction({ args, plan: { why: `because ${worn}` } });
    const { facts, verdict } = decide(set, action);
    expect(facts.secrets.map((secret) => secret.kind)).toContain(kind);

    const redactor = createRedactor(key);
    const judged = redactJudgement({ verdict, findings: verdict.findings }, action, facts, key);
    const decision = toDecision(judged.verdict, {
      decisionId: sampleId("dec"),
      actionId: action.id,
      argsHash: action.argsHash,
      decidedAt: "2026-01-01T00:00:00Z",
      stages: [],
    });
    const outlets: Readonly<Record<string, string>> = {
      "a log line": redactor.text(`could not run: ${command}`),
      "a value that is kept": JSON.stringify(redactor.json(args as Json).value),
      "a judgement": JSON.stringify(judged),
      "a decision": JSON.stringify(decision),
      "a card": renderCard({ action, facts, verdict: { ...verdict, effect: "ask", ask: sampleAsk() } }).text,
    };
    // Multi-line secrets are quoted in one line in JSON.
    const forms = [hidden, wear(hidden), JSON.stringify(hidden).slice(1, -1), ...(hidden === text ? [worn] : [])];
    for (const [outlet, said] of Object.entries(outlets))
      for (const form of forms) expect(said.includes(form), `${outlet}: ${said}`).toBe(false);
    expect(decision.redactions.map((one) => one.kind)).toContain(kind);
  });
});
