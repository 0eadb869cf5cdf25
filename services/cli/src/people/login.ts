// login.ts — `holdpoint login` and `logout`: a session of a person who signed in, kept in the shell and never on disk

import { setTimeout as sleep } from "node:timers/promises";
import { bearer } from "@holdpoint/wire/bearer.ts";
import { z } from "zod";
import { type AccessOptions, urlOf, whyUnreached } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { harmless } from "../terminal.ts";

const Ask = z.looseObject({
  secret: z.string(),
  userCode: z.string(),
  url: z.string(),
  expiresInMs: z.number().positive(),
  pollMs: z.number().positive(),
});
const Session = z.looseObject({ token: z.string().regex(/^hps_[A-Za-z0-9_-]+$/), expiresAt: z.string() });
type Session = z.infer<typeof Session>;

async function post(url: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
  try {
    return await fetch(url + path, {
      method: "POST",
      redirect: "error",
      headers: { ...headers, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new Error(`no answer from ${url}: ${whyUnreached(error)}`);
  }
}

const Problem = z.looseObject({ detail: z.string().optional() });
async function refusal(response: Response): Promise<Error> {
  const text = await response.text();
  const said = /json/.test(response.headers.get("content-type") ?? "")
    ? Problem.safeParse(JSON.parse(text)).data
    : undefined;
  return new Error(harmless(said?.detail ?? `the gateway answered ${response.status}`));
}

/** Shows code and address on stderr and waits until somebody said yes. Throws when nobody did in time. */
export async function signIn(options: AccessOptions): Promise<Session> {
  const url = urlOf(options);
  const asked = await post(url, "/sign-in/terminal/asks", {});
  if (asked.status !== 201) throw await refusal(asked);
  const ask = Ask.parse(await asked.json());
  process.stderr.write(`Open   ${harmless(ask.url)}\nand compare the code:   ${harmless(ask.userCode)}\nWaiting …\n`);
  const until = Date.now() + ask.expiresInMs;
  while (Date.now() < until) {
    const answer = await post(url, "/sign-in/terminal/session", { secret: ask.secret });
    if (answer.status === 200) return Session.parse(await answer.json());
    if (answer.status !== 202) throw await refusal(answer);
    await sleep(ask.pollMs);
  }
  throw new Error("nobody said yes to the code in time");
}

/** stdout is one line for the shell, so that `eval "$(holdpoint login)"` signs it in. */
export async function login(options: AccessOptions): Promise<number> {
  const { token, expiresAt } = await signIn(options);
  process.stderr.write(
    `Signed in until ${harmless(expiresAt)}. Not kept anywhere: run it as  eval "$(holdpoint login)"\n`,
  );
  await writeOut(`export HOLDPOINT_KEY=${token}\n`);
  return 0;
}

export async function logout(options: AccessOptions): Promise<number> {
  const key = process.env["HOLDPOINT_KEY"] ?? "";
  if (!key.startsWith("hps_")) throw new Error("HOLDPOINT_KEY holds no session: there is nothing to end");
  const answer = await post(urlOf(options), "/sign-out", undefined, { authorization: bearer(key, "HOLDPOINT_KEY") });
  if (answer.status !== 204) throw await refusal(answer);
  await writeOut("unset HOLDPOINT_KEY\n");
  return 0;
}
