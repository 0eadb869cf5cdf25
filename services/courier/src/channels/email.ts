// email.ts — mail that says a request waits, with a link that leads to sign-in; looking changes nothing, only a POST decides

import type { Outbound } from "@holdpoint/runtime/outbound.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { createTransport } from "nodemailer";
import { readButton } from "../button.ts";
import type {
  ApprovalDelivery,
  Channel,
  ChannelIdentity,
  Delivery,
  InboundRequest,
  Received,
  RefusalCode,
  Reply,
  Sent,
} from "../channel.ts";
import { REFUSALS } from "../channel.ts";
import type { SignIn } from "../sign-in.ts";
import { alertLine, headline, outcomeText, particulars, votersOf } from "../words.ts";
import { cardPage, sentence } from "./email-page.ts";

export interface EmailConfig {
  id: string;
  tenant: string;
  smtp: {
    host: string;
    port: number;
    /** `none` is for a relay on this machine or in this network only */
    tls: "implicit" | "starttls" | "none";
    user?: string;
    password?: string;
  };
  from: string;
  to: readonly string[];
  /** where this channel's page is reached from outside; no query */
  pageUrl: string;
}

export interface EmailDeps {
  outbound: Outbound;
  /** without it mails lead to the full view, and nothing is answered here */
  signIn?: SignIn;
  /** of connecting, and of each silence */
  timeoutMs?: number;
  /** a request with buttons for this person; undefined where either is unknown */
  page(approvalId: string, who: ChannelIdentity): Promise<ApprovalDelivery | undefined>;
}

const APPROVAL_ID = /^apr_[0-9a-f-]{36}$/;
const HOST_OF_IDS = "holdpoint.invalid";

export function email(config: EmailConfig, deps: EmailDeps): Channel {
  const { signIn } = deps;
  const { smtp } = config;
  const origin = new URL(config.pageUrl).origin;
  const pageOf = (approvalId: string) => `${config.pageUrl}?approval=${approvalId}`;

  function mailOf(delivery: Delivery) {
    const messageId = `<${delivery.id}.${config.id}@${HOST_OF_IDS}>`;
    if (delivery.kind === "alert") {
      return {
        messageId,
        subject: `[Holdpoint] Alert for ${delivery.actionId}`,
        text: `${alertLine(delivery)}\n\n${delivery.link}\n`,
      };
    }
    const { approval } = delivery;
    const link = signIn === undefined ? delivery.link : pageOf(approval.id);
    const action = approval.state === "pending" ? "Look at it and answer" : "Look at it";
    const thread = `<${approval.id}.${config.id}@${HOST_OF_IDS}>`;
    const lines = [
      headline(delivery),
      particulars(delivery),
      votersOf(approval),
      "",
      `${action}: ${link}`,
      "",
      approval.card.text,
    ];
    return {
      messageId,
      references: thread,
      inReplyTo: thread,
      subject: `[Holdpoint] ${approval.state === "pending" ? "Approval needed" : headline(delivery).split(":")[0]} ${approval.id}`,
      // Text only: there is no markup that an agent's words could become.
      text: lines.join("\n"),
    };
  }

  async function send(delivery: Delivery, signal: AbortSignal): Promise<Sent> {
    const { timeoutMs = limits.outboundMs } = deps;
    const { address } = await deps.outbound.pin(smtp.host, smtp.port);
    const transport = createTransport({
      host: address,
      port: smtp.port,
      secure: smtp.tls === "implicit",
      requireTLS: smtp.tls === "starttls",
      ignoreTLS: smtp.tls === "none",
      tls: { servername: smtp.host },
      ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass: smtp.password ?? "" } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const close = () => transport.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      await transport.sendMail({ from: config.from, to: [...config.to], ...mailOf(delivery) });
      return { status: "sent" };
    } catch (error) {
      const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
      const text = `mail: ${error instanceof Error ? error.message : "not sent"}`;
      const forGood = code === "EENVELOPE" && typeof responseCode === "number" && responseCode >= 500;
      return forGood ? { status: "refused", error: text } : { status: "retry", error: text };
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }

  const no = (code: RefusalCode, status: number): Reply =>
    sentence(status, "Not counted", outcomeText({ status: "refused", code, reason: REFUSALS[code] }));

  async function look(query: URLSearchParams, who: ChannelIdentity): Promise<Received> {
    const approvalId = query.get("approval") ?? "";
    const delivery = await deps.page(approvalId, who);
    if (delivery !== undefined) return { kind: "handled", reply: cardPage(delivery) };
    return {
      kind: "refused",
      code: "unknown_approval",
      authentic: true,
      identity: who,
      reply: no("unknown_approval", 404),
    };
  }

  function decide(request: InboundRequest, query: URLSearchParams, who: ChannelIdentity): Received {
    const turned = (code: RefusalCode, status: number): Received => ({
      kind: "refused",
      code,
      authentic: true,
      identity: who,
      reply: no(code, status),
    });
    // A form on another site cannot set this header, and every browser sends it with a POST.
    if (request.headers["origin"] !== origin) return turned("wrong_place", 403);
    const isForm =
      (request.headers["content-type"] ?? "").split(";")[0]?.trim() === "application/x-www-form-urlencoded";
    const fields = [...new URLSearchParams(request.body)];
    const known = ["button", "reason"];
    const strict =
      fields.every(([name]) => known.includes(name)) && new Set(fields.map(([name]) => name)).size === fields.length;
    const button = readButton(fields.find(([name]) => name === "button")?.[1] ?? "");
    if (!isForm || !strict || button === undefined || button.approvalId !== query.get("approval"))
      return turned("malformed", 400);
    const reason = fields.find(([name]) => name === "reason")?.[1].trim() ?? "";
    return {
      kind: "answer",
      answer: { ...button, identity: who, ...(reason === "" ? {} : { reason }) },
      reply: async (outcome) =>
        sentence(
          outcome.status === "counted" ? 200 : 409,
          outcome.status === "counted" ? "Counted" : "Not counted",
          outcomeText(outcome),
        ),
    };
  }

  async function receive(request: InboundRequest): Promise<Received> {
    const query = new URLSearchParams(request.query);
    const approvalId = query.get("approval") ?? "";
    if (!APPROVAL_ID.test(approvalId) || [...query].length !== 1 || !["GET", "POST"].includes(request.method)) {
      return { kind: "refused", code: "malformed", authentic: false, reply: no("malformed", 400) };
    }
    const who = await signIn?.whoIs(config.tenant, request.headers);
    if (who !== undefined) return request.method === "GET" ? look(query, who) : decide(request, query, who);
    if (request.method === "POST" || signIn === undefined) {
      return { kind: "refused", code: "sign_in_needed", authentic: false, reply: no("sign_in_needed", 401) };
    }
    const location = signIn.startUrl(pageOf(approvalId));
    return { kind: "handled", reply: { status: 303, headers: { location, "cache-control": "no-store" } } };
  }

  return {
    id: config.id,
    tenant: config.tenant,
    kind: signIn === undefined ? "notify-only" : "answers",
    signedIn: signIn !== undefined,
    shows: () => true,
    send,
    ...(signIn === undefined ? {} : { receive }),
  };
}
