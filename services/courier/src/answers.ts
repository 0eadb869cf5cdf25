// answers.ts — an inbound answer becomes a vote only when everything about it is right; else a reason, evidence, and no change

import { settledWords, VETO_ONLY_WORDS } from "@holdpoint/core/escalation/settled-words.ts";
import { needsSignIn } from "@holdpoint/core/escalation/sign-in-needed.ts";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Voted } from "@holdpoint/store/types.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import { FAULTS, isFault } from "@holdpoint/wire/fault.ts";
import {
  Answer,
  type Channel,
  type InboundRequest,
  type Outcome,
  type RefusalCode,
  type Reply,
  refused,
} from "./channel.ts";
import { identify } from "./identity.ts";
import { countAnswer } from "./metrics.ts";
import type { Nonces } from "./nonces.ts";
import type { ApprovalReader, KnownPerson, People, Votes } from "./ports.ts";
import type { Refusals, RefusedAnswer } from "./refusals.ts";

export interface AnswerDeps {
  channels: readonly Channel[];
  approvals: ApprovalReader;
  nonces: Nonces;
  people: People;
  votes: Votes;
  refusals: Refusals;
  signInRoles: readonly string[];
  onePerson: boolean;
  clock: Clock;
  log: Log;
}

export type Answers = (channelId: string, request: InboundRequest) => Promise<Reply>;

const NOT_FOUND: Reply = { status: 404, headers: { "content-type": "text/plain" }, body: "there is no such channel\n" };
const NO_CHANNEL = { tenant: "default", id: "unknown" };
const UNAVAILABLE: Reply = { status: 503, headers: { "retry-after": "5" } };

/** What the person is told beside the code; who settled it and how, where that is it. */
function explained(voted: Exclude<Voted, { status: "counted" }>): Outcome {
  if (voted.status === "unknown") return refused("unknown_approval");
  if (voted.status === "veto_only") return refused("not_an_approver", VETO_ONLY_WORDS);
  if (voted.status !== "already_settled") return refused(voted.status);
  return refused("already_settled", settledWords(voted.approval));
}

interface Judged {
  outcome: Outcome;
  about: Partial<RefusedAnswer>;
}

export function createAnswers(deps: AnswerDeps): Answers {
  const { approvals, nonces, people, votes, refusals, log } = deps;
  const channels = new Map(deps.channels.map((channel) => [channel.id, channel]));

  const boundTo = (channel: Channel, approval: Approval, { vote }: Answer) => ({
    tenant: channel.tenant,
    channel: channel.id,
    approvalId: approval.id,
    cardSha256: approval.card.sha256,
    vote,
  });

  /** The first thing that is wrong with it; undefined when nothing is. */
  function objection(
    channel: Channel,
    approval: Approval,
    person: KnownPerson,
    answer: Answer,
  ): RefusalCode | undefined {
    const { nonce, vote, reason, cardSha256 } = answer;
    const bound = boundTo(channel, approval, answer);
    const mine = channel.signedIn === true ? { ...bound, person: person.id } : bound;
    if (!nonces.fits(nonce, mine)) return "wrong_nonce";
    if (cardSha256 !== undefined && cardSha256 !== approval.card.sha256) return "card_changed";
    if (vote === "deny") return reason === undefined || reason.trim() === "" ? "reason_missing" : undefined;
    if (approval.card.truncated || !channel.shows(approval.card.text)) return "not_shown_whole";
    if (needsSignIn(approval, deps.signInRoles) && channel.signedIn !== true) return "sign_in_needed";
    return undefined;
  }

  async function count(channel: Channel, approval: Approval, person: KnownPerson, answer: Answer): Promise<Outcome> {
    const { tenant } = channel;
    const keepUntil = Date.parse(approval.expiresAt);
    if (!(await nonces.spend(tenant, answer.nonce, person.id, keepUntil))) return refused("used_nonce");
    try {
      const voted = await votes.cast({
        tenant,
        approval,
        voter: person.id,
        roles: person.roles,
        vote: answer.vote,
        ...(answer.reason === undefined ? {} : { reason: answer.reason }),
        cardSha256: approval.card.sha256,
        channel: channel.id,
        signedIn: channel.signedIn === true,
      });
      return voted.status === "counted"
        ? { status: "counted", vote: answer.vote, approval: voted.approval }
        : explained(voted);
    } catch (error) {
      // Whether it was recorded is not known; one person has one vote, so a second try can only meet `already_voted`.
      await nonces.release(tenant, answer.nonce, person.id).catch(() => log.warn("a nonce could not be given back"));
      throw error;
    }
  }

  async function judge(channel: Channel, given: Answer): Promise<Judged> {
    const about = { identity: given.identity, approvalId: given.approvalId };
    const parsed = Answer.safeParse(given);
    if (!parsed.success) return { outcome: refused("malformed"), about: {} };
    const answer = parsed.data;
    const approval = await approvals.get(channel.tenant, answer.approvalId);
    if (approval === undefined) return { outcome: refused("unknown_approval"), about };
    const at = { ...about, actionId: approval.actionId };
    const who = await identify(people, channel.tenant, answer.identity, approval.actionId, deps.onePerson);
    if (who.status === "refused") return { outcome: refused(who.code), about: at };
    const by = { ...at, person: who.person.id };
    const wrong = objection(channel, approval, who.person, answer);
    return {
      outcome: wrong === undefined ? await count(channel, approval, who.person, answer) : refused(wrong),
      about: by,
    };
  }

  async function answered(channel: Channel, answer: Answer): Promise<Outcome> {
    const { tenant, id } = channel;
    try {
      const { outcome, about } = await judge(channel, answer);
      if (outcome.status === "refused") {
        await refusals.note({ tenant, channel: id, code: outcome.code, authentic: true, ...about });
      } else {
        countAnswer(id, "counted");
        log.info({ channel: id, approval: answer.approvalId, vote: outcome.vote }, "an answer was counted");
      }
      return outcome;
    } catch (error) {
      // Anything else than a known state of affairs is no vote either: nobody's bug may read as a yes.
      if (!isFault(error) || !FAULTS[error.code].retry)
        log.error({ error, channel: id }, "an answer could not be judged");
      await refusals.note({ tenant, channel: id, code: "unavailable", authentic: true, identity: answer.identity });
      return refused("unavailable");
    }
  }

  return async (channelId, request) => {
    const channel = channels.get(channelId);
    if (channel?.receive === undefined) {
      log.warn({ channel: channelId.slice(0, 80) }, "a request for a channel that takes no answers");
      // Anybody can think of names: those that are nobody's are counted as one.
      const { tenant, id } = channel ?? NO_CHANNEL;
      await refusals.note({ tenant, channel: id, code: "unknown_channel", authentic: false });
      return NOT_FOUND;
    }
    try {
      const received = await channel.receive(request);
      if (received.kind === "handled") return received.reply;
      if (received.kind === "answer") return await received.reply(await answered(channel, received.answer));
      const { reply, kind: _, ...refusal } = received;
      await refusals.note({ tenant: channel.tenant, channel: channel.id, ...refusal });
      return reply;
    } catch (error) {
      log.error({ error, channel: channel.id }, "a request could not be handled");
      return UNAVAILABLE;
    }
  };
}
