// client.ts — the API of the gateway as functions, for enforcers and for the programs of approvers

import type { Proposal } from "@holdpoint/wire/action.ts";
import type { ApprovalState, VoteRequest } from "@holdpoint/wire/approval.ts";
import type { ClaimRequest, ReportRequest } from "@holdpoint/wire/grant.ts";
import {
  type ActionAnswer,
  ApprovalAnswer as AnApproval,
  ActionAnswer as Answer,
  type ApprovalAnswer,
  ApprovalPage,
  VoteAnswer as Counted,
  type VoteAnswer,
} from "./answers.ts";
import { type ClientOptions, createRequest, type Request } from "./request.ts";

export interface Waiting {
  /** 0 to 60,000 */
  waitMs?: number;
  /** `decided`: allowed, denied or held; `settled`: a person has answered too */
  until?: "decided" | "settled";
  signal?: AbortSignal;
}
export interface Once {
  /** the same key and body is the same answer, however often it is sent */
  idempotencyKey?: string;
}

export interface Client {
  propose(proposal: Proposal, options?: Waiting & Once): Promise<ActionAnswer>;
  get(actionId: string, options?: Waiting): Promise<ActionAnswer>;
  claim(actionId: string, request?: ClaimRequest, options?: Once): Promise<ActionAnswer>;
  heartbeat(actionId: string, grant: string): Promise<ActionAnswer>;
  report(actionId: string, report: ReportRequest): Promise<ActionAnswer>;
  cancel(actionId: string, reason?: string): Promise<ActionAnswer>;
  promote(actionId: string, options?: Waiting): Promise<ActionAnswer>;
  escalate(actionId: string, justification: string, options?: Waiting): Promise<ActionAnswer>;
  approvals(filter?: {
    state?: ApprovalState;
    role?: string;
    cursor?: string;
    limit?: number;
  }): Promise<{ items: ApprovalAnswer[]; next?: string | undefined }>;
  approval(approvalId: string, options?: { reveal?: boolean }): Promise<ApprovalAnswer>;
  /** an approval names the card that was read, a denial its reason */
  vote(approvalId: string, vote: VoteRequest): Promise<VoteAnswer>;
  /** any other call of the API */
  request: Request;
}

const query = ({ waitMs, until }: Waiting) => ({ wait: waitMs, until });

/** Every function throws a `Fault` whose `code` is the problem's, or `outbound_failed` where nothing usable came. */
export function createClient(options: ClientOptions): Client {
  const request = createRequest(options);
  const on = (actionId: string, verb: string) => `/v1/actions/${encodeURIComponent(actionId)}/${verb}`;
  const approval = (id: string) => `/v1/approvals/${encodeURIComponent(id)}`;
  return {
    request,
    propose: (body, waiting = {}) =>
      request("POST", "/v1/actions", Answer, { body, ...waiting, query: query(waiting) }),
    get: (id, waiting = {}) =>
      request("GET", `/v1/actions/${encodeURIComponent(id)}`, Answer, { ...waiting, query: query(waiting) }),
    claim: (id, body = {}, once = {}) => request("POST", on(id, "claim"), Answer, { body, ...once }),
    heartbeat: (id, grant) => request("POST", on(id, "heartbeat"), Answer, { body: { grant } }),
    report: (id, body) => request("POST", on(id, "report"), Answer, { body }),
    cancel: (id, reason) => request("POST", on(id, "cancel"), Answer, { body: reason === undefined ? {} : { reason } }),
    promote: (id, waiting = {}) =>
      request("POST", on(id, "promote"), Answer, { body: {}, ...waiting, query: query(waiting) }),
    escalate: (id, justification, waiting = {}) =>
      request("POST", on(id, "escalate"), Answer, { body: { justification }, ...waiting, query: query(waiting) }),
    approvals: (filter = {}) => request("GET", "/v1/approvals", ApprovalPage, { query: filter }),
    approval: (id, { reveal } = {}) =>
      request("GET", approval(id), AnApproval, { query: { reveal: reveal ? "true" : undefined } }),
    vote: (id, body) => request("POST", `${approval(id)}/votes`, Counted, { body }),
  };
}
