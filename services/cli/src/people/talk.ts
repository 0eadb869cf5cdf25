// talk.ts — `holdpoint withdraw`, `ask` and `answer`: around a vote, and never one

import { VoteAnswer } from "@holdpoint/client/answers.ts";
import { z } from "zod";
import { openClient } from "../api.ts";
import type { AccessOptions } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { idOf } from "./ids.ts";

/** Takes one's own yes back. What was approved by it and is not claimed yet is revoked. */
export async function withdraw(id: string, options: AccessOptions): Promise<number> {
  const path = `/v1/approvals/${idOf("apr", id)}/votes`;
  const { approval } = await (await openClient(options)).request("DELETE", path, VoteAnswer);
  await writeOut(`${id} your yes is taken back: it is ${approval.state}\n`);
  return 0;
}

/** Asks the agent's side; question and answer stand on the card from then on, and decide nothing. */
export async function askAbout(id: string, text: string, options: AccessOptions): Promise<number> {
  const path = `/v1/approvals/${idOf("apr", id)}/questions`;
  await (await openClient(options)).request("POST", path, VoteAnswer, { body: { text } });
  await writeOut(`${id} asked: the answer will stand on the card\n`);
  return 0;
}

/** Answers the oldest open question, for the agent that acts on one's behalf. */
export async function answerFor(id: string, text: string, options: AccessOptions): Promise<number> {
  const path = `/v1/actions/${idOf("act", id)}/answers`;
  await (await openClient(options)).request("POST", path, z.looseObject({}), { body: { text } });
  await writeOut(`${id} answered: it stands on the card, and approves nothing\n`);
  return 0;
}
