// find.test.ts — secrets are found where they stand, and look-alikes are left alone

import type { SecretFact } from "@holdpoint/wire/facts.ts";
import { describe, expect, test } from "vitest";
import { findSecrets, secretByKey } from "./find.ts";

const find = (text: string): SecretFact[] => {
  const out: SecretFact[] = [];
  findSecrets(text, "/x", out);
  return out;
};
const found = (text: string): string[] =>
  find(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);

// Made up and put together here, so that no scanner takes them for leaked ones.
const alnum = (n: number): string => "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z".repeat(8).slice(0, n);
const hex = (n: number): string => "0a1b2c3d4e5f6789".repeat(10).slice(0, n);
const JWT = `${"eyJ"}hbGciOiJIUzI1NiJ9.${"eyJ"}zdWIiOiIxMjM0In0.${alnum(30)}`;
const PEM = `-----BEGIN ${"RSA"} PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----`;

describe("tokens that say what they are", () => {
  test.each<[kind: string, token: string]>([
    ["aws-access-key", "AKIA" + "Z7Q2M4N6P8R3T5V7"],
    ["gcp-api-key", `AIza${alnum(35)}`],
    ["github-token", `ghp_${alnum(36)}`],
    ["github-token", `github_pat_${alnum(40)}`],
    ["gitlab-token", `glpat-${alnum(20)}`],
    ["tailscale-key", `tskey-auth-${alnum(20)}`],
    ["gitlab-token", `glrt-${alnum(20)}`],
    ["neon-token", `napi_${alnum(30)}`],
    ["stripe-key", `rk_live_${alnum(16)}`],
    ["slack-webhook", `hooks.slack.com/services/T0/B0/${alnum(24)}`],
    ["discord-webhook", `discord.com/api/webhooks/1234567890/${alnum(60)}`],
    ["signed-url", `sig=${alnum(44)}`],
    ["signed-url", `X-Amz-Signature=${hex(64)}`],
    ["slack-token", `xoxb-123456789012-${alnum(24)}`],
    ["stripe-key", `sk_live_${alnum(24)}`],
    ["anthropic-key", `sk-ant-api03-${alnum(40)}`],
    ["openai-key", `sk-proj-${alnum(40)}`],
    ["openai-key", `sk-${alnum(48)}`],
    ["npm-token", `npm_${alnum(36)}`],
    ["pypi-token", `pypi-${alnum(60)}`],
    ["sendgrid-key", `SG.${alnum(22)}.${alnum(43)}`],
    ["twilio-key", `AC${hex(32)}`],
    ["huggingface-token", `hf_${alnum(34)}`],
    ["digitalocean-token", `dop_v1_${hex(64)}`],
    ["vault-token", `hvs.${alnum(24)}`],
    ["jwt", JWT],
    ["private-key", PEM],
  ])("%s", (kind, token) => {
    expect(found(token)).toEqual([`${kind}: ${token}`]);
    expect(found(`a "${token}" b`)).toEqual([`${kind}: ${token}`]);
    expect(found(`curl -d x=${token}&y=1 z`)[0]).toContain(kind);
  });

  test.each([
    ["a word that begins like one", "skeleton sk-and-bones ghp_short AKIASHORT"],
    ["a placeholder of one character", `sk-${"x".repeat(40)} ghp_${"0".repeat(36)}`],
    ["inside another word", `xx${"AKIA"}Z7Q2M4N6P8R3T5V7`],
    ["a public key", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"],
    ["a hash", `sha256:${hex(64)}`],
    ["three dots that are no JWT", "eyJust.a.sentence"],
  ])("not %s", (_what, text) => expect(found(text)).toEqual([]));
});

describe("values that are secret by their name", () => {
  test.each<[text: string, value: string | undefined]>([
    ["PASSWORD=hunter22", "hunter22"],
    ["export DB_PASSWORD=hunter22; x", "hunter22"],
    ['{"apiKey": "Zx81kQp2"}', "Zx81kQp2"],
    ["client_secret: 'abcdef123'", "abcdef123"],
    ["token => 'abcdef123'", "abcdef123"],
    ["password: hunter22", "hunter22"],
    ["password: string", undefined],
    ["password = getPassword()", undefined],
    ["token: process.env.TOKEN", undefined],
    ["PASSWORD=$PASSWORD", undefined],
    ["PASSWORD=<your-password>", undefined],
    ["PASSWORD=changeme", undefined],
    ["max_tokens=4096000", undefined],
    ["tokenizer: 'cl100k_base'", undefined],
    ['placeholder="Enter your password: please do"', undefined],
  ])("%s", (text, value) => expect(found(text)).toEqual(value === undefined ? [] : [`named-secret: ${value}`]));

  test("an argument by its own name", () => {
    const out: SecretFact[] = [];
    secretByKey("password", "hunter22", "/password", out);
    secretByKey("path", "hunter22", "/path", out);
    expect(out).toEqual([{ kind: "named-secret", at: "/password", start: 0, end: 8 }]);
  });
});

test.each<[text: string, secrets: string[]]>([
  ["postgres://app:s3cr3tpw@db.example/app", ["database-url: s3cr3tpw"]],
  ["redis://:s3cr3tpw@cache.example", ["database-url: s3cr3tpw"]],
  ["https://bob:s3cr3tpw@x.example/", ["url-password: s3cr3tpw"]],
  ["https://x.example/a:b@c", []],
  ["postgres://app:$PGPASSWORD@db/app", []],
  [`Authorization: Bearer ${alnum(20)}`, [`authorization-header: ${alnum(20)}`]],
  [`curl -H "Authorization: Basic ${alnum(20)}" x`, [`authorization-header: ${alnum(20)}`]],
  [`X-API-Key: ${alnum(20)}`, [`authorization-header: ${alnum(20)}`]],
])("in %s", (text, secrets) => expect(found(text)).toEqual(secrets));

test("spans do not overlap, and come in order", () => {
  const text = `PASSWORD=hunter22 ${JWT} token="${`ghp_${alnum(36)}`}"`;
  const spans = find(text);
  expect(spans.map(({ kind }) => kind)).toEqual(["named-secret", "jwt", "named-secret"]);
  for (let i = 1; i < spans.length; i++) expect(spans[i]!.start).toBeGreaterThanOrEqual(spans[i - 1]!.end);
});

describe("under a coat", () => {
  const AWS = `AKIA${"QX7Z".repeat(4)}`;
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const percent = (text: string) => [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("");
  const unicode = (text: string) =>
    [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const hex = (text: string) => [...text].map((char) => `\\x${char.charCodeAt(0).toString(16)}`).join("");
  const packed = base64(`the key is ${AWS}`);
  test.each<[why: string, text: string, secrets: string[]]>([
    ["percent escapes", `key=${percent(AWS)}&x=1`, [`aws-access-key: ${percent(AWS)}`]],
    ["one of them", "u=postgres%3A//app:s3cr3tpw@db.example/app", ["database-url: s3cr3tpw"]],
    ["unicode escapes", `"${unicode(AWS)}"`, [`aws-access-key: ${unicode(AWS)}`]],
    ["hex escapes", `$'${hex(AWS)}'`, [`aws-access-key: ${hex(AWS)}`]],
    ["one letter escaped", `\\u0041${AWS.slice(1)}`, [`aws-access-key: \\u0041${AWS.slice(1)}`]],
    ["JSON in JSON", '{"body":"{\\"password\\":\\"hunter22\\"}"}', ["named-secret: hunter22"]],
    [
      "a key of several lines in JSON",
      `{"k":"-----BEGIN ${"PRIVATE"} KEY-----\\nabc\\n-----END ${"PRIVATE"} KEY-----"}`,
      [`private-key: -----BEGIN ${"PRIVATE"} KEY-----\\nabc\\n-----END ${"PRIVATE"} KEY-----`],
    ],
    ["base64", `echo ${packed} | base64 -d`, [`aws-access-key: ${packed}`]],
    [
      "base64 in lines",
      `x\n${packed.slice(0, 24)}\n${packed.slice(24)}\n`,
      [`aws-access-key: ${packed.slice(0, 24)}\n${packed.slice(24)}`],
    ],
    [
      "base64 behind percent escapes",
      `d=${packed.replaceAll("=", "%3D")}&x`,
      [`aws-access-key: ${packed.replaceAll("=", "%3D")}`],
    ],
    ["a named one in base64", base64("DB_PASSWORD=hunter22 x"), [`named-secret: ${base64("DB_PASSWORD=hunter22 x")}`]],
    ["a text in base64 without any", base64("nothing in here but words, and more of them"), []],
    ["a picture", Buffer.from([137, 80, 78, 71, ...Array(90).keys()]).toString("base64"), []],
    ["a long path", "src/components/settings/account/profile/picture", []],
    ["a folder of Windows", "C:\\new\\table\\u0041bc", []],
  ])("%s", (_why, text, secrets) => expect(found(text)).toEqual(secrets));
});
