// slack.ts — Slack by Bolt: signed interactions in, guarded Web API calls out; a denial opens a modal for its reason

import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Outbound } from "@holdpoint/runtime/outbound.ts";
import { outboundFetch } from "@holdpoint/runtime/outbound-fetch.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { App, isValidSlackRequest, type Logger, LogLevel } from "@slack/bolt";
import { z } from "zod";
import { type Button, readButton } from "../button.ts";
import type {
  Channel,
  ChannelIdentity,
  InboundRequest,
  Outcome,
  Received,
  RefusalCode,
  Reply,
  Sent,
} from "../channel.ts";
import { REFUSALS, refused } from "../channel.ts";
import { json, problem, stranger, turnedAway } from "../door.ts";
import { outcomeText } from "../words.ts";
import { ACTIONS, DENY_VIEW, denyView, messageOf, REASON, shows } from "./slack-blocks.ts";

export interface SlackConfig {
  id: string;
  tenant: string;
  /** base of the Web API, with a slash at its end */
  apiUrl: string;
  botToken: string;
  signingSecret: string;
  /** `A…`: the app whose interactions these are */
  appId: string;
  /** `T…`: answers come from this workspace and from its own members only */
  teamId: string;
  /** `C…`: where requests are posted, and the only place whose buttons count */
  conversationId: string;
}

const Who = {
  api_app_id: z.string(),
  team: z.looseObject({ id: z.string() }),
  user: z.looseObject({ id: z.string(), team_id: z.string().optional() }),
};
const Press = z.looseObject({
  ...Who,
  type: z.literal("block_actions"),
  trigger_id: z.string(),
  channel: z.looseObject({ id: z.string() }),
  actions: z.tuple([z.looseObject({ type: z.literal("button"), action_id: z.string(), value: z.string() })]),
});
const Form = z.looseObject({
  ...Who,
  type: z.literal("view_submission"),
  view: z.looseObject({
    callback_id: z.literal(DENY_VIEW),
    private_metadata: z.string(),
    state: z.looseObject({
      values: z.strictObject({
        [REASON.block]: z.strictObject({ [REASON.input]: z.looseObject({ value: z.string() }) }),
      }),
    }),
  }),
});
const MessageRef = z.strictObject({ channel: z.string(), ts: z.string() });

/** Errors of an edit that cannot be mended and harm nobody: the message is gone. */
const GONE = ["message_not_found", "cant_update_message", "channel_not_found", "is_inactive"];

/** Where a handler leaves what it read; Bolt carries it along with the one event. */
interface Slot {
  received?: Received;
  acked?: unknown;
}
const SLOT = "holdpointSlot";

const quiet = (log: Log): Logger => {
  const line = (...parts: unknown[]) => log.debug({ from: "bolt" }, parts.map(String).join(" "));
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: line,
    error: line,
    getLevel: () => LogLevel.ERROR,
    setLevel: () => undefined,
    setName: () => undefined,
  };
};

export function slack(config: SlackConfig, deps: { outbound: Outbound; clock: Clock; log: Log }): Channel {
  const { clock, log } = deps;
  const app = new App({
    receiver: { init: () => undefined, start: async () => undefined, stop: async () => undefined },
    // Fixed, so that nothing is asked of Slack before a request is known to be Slack's.
    authorize: async () => ({ botToken: config.botToken, botId: "", botUserId: "" }),
    convoStore: false,
    ignoreSelf: false,
    logger: quiet(log),
    clientOptions: {
      slackApiUrl: config.apiUrl,
      allowAbsoluteUrls: false,
      fetch: outboundFetch(deps.outbound),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: quiet(log),
    },
  });
  const token = config.botToken;

  const identityOf = ({ user, team }: z.infer<typeof Press> | z.infer<typeof Form>): ChannelIdentity => ({
    channel: "slack",
    id: `${user.team_id ?? team.id}/${user.id}`,
  });
  /** Another app, another workspace, or a guest of a shared channel from another workspace. */
  const elsewhere = ({ api_app_id, team, user }: z.infer<typeof Press> | z.infer<typeof Form>): boolean =>
    api_app_id !== config.appId || team.id !== config.teamId || (user.team_id ?? team.id) !== config.teamId;

  /** Only the person who pressed sees it. */
  async function whisper(user: string, text: string): Promise<void> {
    try {
      await app.client.chat.postEphemeral({ token, channel: config.conversationId, user, text });
    } catch (error) {
      log.warn({ error, channel: config.id }, "a person could not be told what became of an answer");
    }
  }
  async function whisperRefusal(user: string, code: RefusalCode, about: object): Promise<Received> {
    await whisper(user, outcomeText(refused(code, REFUSALS[code])));
    return turnedAway(code, { status: 200 }, about);
  }

  async function pressed(body: unknown): Promise<Received> {
    const press = Press.safeParse(body).data;
    if (press === undefined) return turnedAway("malformed", { status: 200 });
    const identity = identityOf(press);
    const no = (code: RefusalCode) => whisperRefusal(press.user.id, code, { identity });
    if (elsewhere(press) || press.channel.id !== config.conversationId) return no("wrong_place");
    const [{ action_id, value }] = press.actions;
    const button = readButton(value);
    if (button === undefined || action_id !== ACTIONS[button.vote]) return no("malformed");
    const { vote, approvalId, nonce } = button;
    if (vote === "deny") {
      await app.client.views.open({ token, trigger_id: press.trigger_id, view: denyView(value, approvalId) });
      return { kind: "handled", reply: { status: 200 } };
    }
    return {
      kind: "answer",
      answer: { approvalId, vote, nonce, identity },
      reply: async (outcome) => {
        await whisper(press.user.id, outcomeText(outcome));
        return { status: 200 };
      },
    };
  }

  function submitted(body: unknown): Received {
    const inForm = (text: string): Reply => json({ response_action: "errors", errors: { [REASON.block]: text } });
    const form = Form.safeParse(body).data;
    if (form === undefined) return turnedAway("malformed", inForm(outcomeText(refused("malformed"))));
    const identity = identityOf(form);
    if (elsewhere(form)) return turnedAway("wrong_place", inForm(outcomeText(refused("wrong_place"))), { identity });
    const button: Button | undefined = readButton(form.view.private_metadata);
    if (button?.vote !== "deny")
      return turnedAway("malformed", inForm(outcomeText(refused("malformed"))), { identity });
    const { vote, approvalId, nonce } = button;
    const reason = form.view.state.values[REASON.block][REASON.input].value;
    return {
      kind: "answer",
      answer: { approvalId, vote, nonce, reason, identity },
      reply: async (outcome: Outcome) =>
        outcome.status === "refused" ? inForm(outcomeText(outcome)) : json({ response_action: "clear" }),
    };
  }

  const slotOf = (context: Record<string, unknown>): Slot => context[SLOT] as Slot;
  for (const action of [ACTIONS.approve, ACTIONS.deny]) {
    app.action(action, async ({ body, ack, context }) => {
      slotOf(context).received = await pressed(body);
      await ack();
    });
  }
  // A button that only leads somewhere is reported too.
  app.action(ACTIONS.open, async ({ ack }) => ack());
  app.view(DENY_VIEW, async ({ body, ack, context }) => {
    slotOf(context).received = submitted(body);
    await ack();
  });
  app.error(async (error) => {
    throw error;
  });

  /** Bolt refuses the old; the future is ours to refuse. */
  function verified({ headers, body }: InboundRequest): "not_authentic" | "wrong_time" | undefined {
    const at = headers["x-slack-request-timestamp"] ?? "";
    const signature = headers["x-slack-signature"] ?? "";
    if (!/^[1-9]\d{0,11}$/.test(at) || !/^v0=[0-9a-f]{64}$/.test(signature)) return "not_authentic";
    const ours = isValidSlackRequest({
      signingSecret: config.signingSecret,
      body,
      headers: { "x-slack-signature": signature, "x-slack-request-timestamp": Number(at) },
      // Time is judged below, after the signature: who cannot sign learns nothing about our clock.
      nowMilliseconds: Number(at) * 1_000,
    });
    if (!ours) return "not_authentic";
    return Math.abs(clock.now() - Number(at) * 1_000) > limits.callbackSkewMs ? "wrong_time" : undefined;
  }

  function payloadOf({ body }: InboundRequest): Record<string, unknown> | undefined {
    const payloads = new URLSearchParams(body).getAll("payload");
    if (payloads.length !== 1) return undefined;
    try {
      const value: unknown = JSON.parse(payloads[0] ?? "");
      return z.record(z.string(), z.unknown()).safeParse(value).data;
    } catch {
      return undefined; // refused as malformed by the caller
    }
  }

  async function receive(request: InboundRequest): Promise<Received> {
    if (request.method !== "POST") return stranger("malformed");
    const wrong = verified(request);
    if (wrong !== undefined) return stranger(wrong);
    const body = payloadOf(request);
    if (body === undefined) return turnedAway("malformed", problem("malformed"));
    const slot: Slot = {};
    await app.processEvent({
      body,
      ack: async (answer) => {
        slot.acked = answer ?? "";
      },
      customProperties: { [SLOT]: slot },
    });
    if (slot.received !== undefined) return slot.received;
    if (slot.acked !== undefined) return { kind: "handled", reply: { status: 200 } };
    return turnedAway("malformed", { status: 200 });
  }

  /** What the Web API made of a call. */
  function failed(error: unknown): Sent {
    const { data, retryAfter } = error as { data?: { error?: unknown }; retryAfter?: unknown };
    const said = typeof data?.error === "string" ? data.error : undefined;
    const text = said ?? (isFault(error) || error instanceof Error ? error.message : "the call failed");
    return {
      status: "retry",
      error: `slack: ${text}`,
      ...(typeof retryAfter === "number" ? { afterMs: retryAfter * 1_000 } : {}),
    };
  }

  return {
    id: config.id,
    tenant: config.tenant,
    kind: "answers",
    shows,
    receive,
    async send(delivery) {
      const { text, blocks } = messageOf(delivery);
      try {
        const made = await app.client.chat.postMessage({
          token,
          channel: config.conversationId,
          text,
          blocks: blocks,
          unfurl_links: false,
          unfurl_media: false,
        });
        const ref = MessageRef.safeParse({ channel: made.channel, ts: made.ts });
        return ref.success ? { status: "sent", ref: ref.data } : { status: "sent" };
      } catch (error) {
        return failed(error);
      }
    },
    async update(delivery, ref) {
      const known = MessageRef.safeParse(ref);
      if (!known.success) return { status: "refused", error: "the message is not known" };
      const { text, blocks } = messageOf(delivery);
      try {
        await app.client.chat.update({ token, ...known.data, text, blocks: blocks });
        return { status: "sent" };
      } catch (error) {
        const sent = failed(error);
        return sent.status === "retry" && GONE.some((gone) => sent.error.includes(gone)) ? { status: "sent" } : sent;
      }
    },
  };
}
