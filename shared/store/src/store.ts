// store.ts — the whole store as one value: a noun a field, each made by the file of that name
// (signatures only; `open.ts` puts the implementations together)

import type { Attests, ChangeRequest, Credential, KeyRequest, PersonRequest, Role } from "@holdpoint/wire/access.ts";
import type { Approval, Delegation, StandingGrant } from "@holdpoint/wire/approval.ts";
import type { Decision } from "@holdpoint/wire/decision.ts";
import type { Actor, Event } from "@holdpoint/wire/event.ts";
import type { PolicySource, PolicyStatus, PolicyWrite } from "@holdpoint/wire/policy.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Counted } from "@holdpoint/wire/verdict.ts";
import type { Erased } from "./erase.ts";
import type {
  ActionRow,
  ActiveSet,
  Answered,
  ClaimAttempt,
  Claimed,
  NewAction,
  NewVote,
  Notice,
  Page,
  PossibleVote,
  Proposed,
  Rejudged,
  Settled,
  Settlement,
  Transition,
  Transitioned,
  Voted,
} from "./types.ts";

export interface Actions {
  /** The action that this credential proposed under this key. */
  byIdempotencyKey(tenant: string, credential: string, key: string): Promise<ActionRow | undefined>;
  /** Commits each new action with its `proposed` event. Results are in the order of the input. */
  propose(tenant: string, items: NewAction[]): Promise<Proposed[]>;
  /** Resolves once what was committed lazily is on the disk, with the ids of those that are there. */
  assure(tenant: string, actionIds: readonly string[]): Promise<ReadonlySet<string>>;
  get(tenant: string, actionId: string): Promise<ActionRow | undefined>;
  /** Several at once, in the order asked for; `undefined` where this tenant has none. */
  many(tenant: string, actionIds: readonly string[]): Promise<(ActionRow | undefined)[]>;
  /** Current states by id, for waiters: cheap, no arguments opened. */
  states(tenant: string, actionIds: string[]): Promise<Map<string, { state: ActionRow["state"]; version: number }>>;
  settle(tenant: string, items: Settlement[]): Promise<Settled[]>;
  claim(attempt: ClaimAttempt): Promise<Claimed>;
  transition(change: Transition): Promise<Transitioned>;
  /** How much there was beside this action, by the names of counters, in whole units: what a claim is judged by. */
  countedBefore(tenant: string, actionId: string, of: readonly Counted[]): Promise<Record<string, number>>;
  /** Extends the lease of an executing action; false when it is not executing under that claim. */
  heartbeat(tenant: string, actionId: string, claimNumber: number, leaseMs: number): Promise<Date | undefined>;
  /** Marks a new dispatch: bumps the epoch and returns the rows to send (reconciler, resume). */
  redispatch(tenant: string, actionIds: string[]): Promise<ActionRow[]>;
  /** What somebody works on again counts as dispatched now; returns the ids of what is undecided. */
  retake(tenant: string, actionIds: string[]): Promise<ReadonlySet<string>>;
  /** Rows that are `received`, older than `olderThanMs` since their last dispatch, oldest first. All tenants. */
  overdue(olderThanMs: number, rows: number): Promise<{ tenant: string; actionId: string }[]>;
  /** Takes the arguments of an ended action, and whatever quoted them, out of the store; an `erased` event says so. */
  erase(tenant: string, actionId: string, actor: Actor, reason?: string): Promise<Erased>;
  /** Records a refusal or a late report: an event without a version, no change of state. */
  note(
    tenant: string,
    actionId: string | undefined,
    type: string,
    actor: Actor,
    detail: Record<string, unknown>,
  ): Promise<Event>;
}

export interface Approvals {
  list(
    tenant: string,
    query: { state?: string; role?: string; cursor?: string; limit: number },
  ): Promise<Page<Approval>>;
  get(tenant: string, approvalId: string): Promise<Approval | undefined>;
  /** One transaction under the approval's row lock: checks, writes the vote, and a NOTIFY. */
  vote(vote: NewVote): Promise<Voted>;
  /** How this vote would be answered at this moment; nothing is written. For what is more than a vote: an edit. */
  wouldCount(vote: PossibleVote): Promise<Voted["status"]>;
  /** Applies the votes to the action: held → approved | rejected, by the tally. Idempotent. Used by the escalation worker. */
  apply(tenant: string, approvalId: string, actor: Actor): Promise<Transitioned | { status: "waiting" }>;
  /** Approvals with votes that reach a conclusion while their action is still held, so long after the last of them. */
  unapplied(olderThanMs: number, rows: number): Promise<Place[]>;
  /** Takes back the voter's own yes. What was approved and is not claimed yet is revoked by it, where the rest does not suffice. */
  withdraw(by: { tenant: string; approvalId: string; voter: string; actor: Actor }): Promise<Answered>;
  /** An approver wants to know something first. It is on the card from then on, and answers nothing. */
  ask(by: Asker & { text: string }): Promise<Answered>;
  /** The agent's side answers the oldest open question. */
  inform(by: { tenant: string; approvalId: string; by: string; text: string; actor: Actor }): Promise<Answered>;
  /** Lends the voter's roles to another person, for this request. */
  delegate(by: Asker & { to: string; until: Date }): Promise<Answered & { id?: string }>;
  /** Pending requests for which a step of their chain or a reminder is due, the longest waiting first. All tenants. */
  due(rows: number): Promise<Place[]>;
  /** Does to one what time asks for: tells the next role, reminds. */
  passTime(tenant: string, approvalId: string): Promise<void>;
  /** Pending requests that were last judged by another set than the active one. All tenants. */
  outdated(rows: number): Promise<Place[]>;
  /** What a new judgement makes of a held action (rulings §C1): denied or asked anew (`done`), or the `same` as before: no decision. */
  rejudged(judged: Rejudged): Promise<Answered | { status: "same" }>;
}

interface Place {
  tenant: string;
  approvalId: string;
  actionId: string;
}
/** A person who may answer, with the roles that they have now. */
interface Asker {
  tenant: string;
  approvalId: string;
  voter: string;
  roles: string[];
  actor: Actor;
}

export interface Standing {
  /** Newest first; those that ended or were used up stay listed for a month. */
  list(tenant: string): Promise<StandingGrant[]>;
  /** What it gave and nobody has claimed is asked about again. False where there is none that holds. */
  end(tenant: string, id: string, actor: Actor): Promise<boolean>;
  /** Denials that answer the same ask for a while yet. */
  denials(tenant: string): Promise<{ approvalId: string; until: string }[]>;
  /** Forgets one, so that the next ask is shown to people again. */
  forget(tenant: string, approvalId: string, actor: Actor): Promise<boolean>;
}

export interface Delegations {
  /** Lends all roles of a person until then. `circle`: they would come back to the lender. */
  lend(by: {
    tenant: string;
    from: string;
    to: string;
    until: Date;
    actor: Actor;
  }): Promise<{ status: "lent"; id: string } | { status: "unknown_person" | "already_lent" | "circle" }>;
  /** Those that hold now, newest first. */
  list(tenant: string): Promise<Delegation[]>;
  /** Ends one before its time; only the lender's own, where a lender is given. */
  end(tenant: string, id: string, lender: string | undefined, actor: Actor): Promise<boolean>;
}

/** What time alone changes; run by the escalation service under an advisory lock. Each returns how many it changed. */
/** How many actions of each state had their time over. */
export type Expired = Record<"held" | "allowed" | "approved" | "executing", number>;

export interface Sweeper {
  /** held past expiry → expired; allowed past 60 s, approved past the approval's expiry → expired; lease over → outcome_unknown */
  expire(rows: number): Promise<Expired>;
  /** how many requests wait for people, and for how long the oldest does. All tenants */
  pending(): Promise<{ count: number; oldestMs: number }>;
  /** received past its deadline → denied with a code */
  denyOverdue(rows: number): Promise<number>;
  /** undecided actions whose run is held no more: they want to be sent again. All tenants */
  wake(rows: number): Promise<{ tenant: string; actionId: string }[]>;
  /** forgets counters that no window reaches any more */
  pruneCounters(rows: number): Promise<number>;
  /** analyses the tables that have doubled since plans were made for them; their names */
  keepStatistics(): Promise<string[]>;
  /** runs `body` only where this session holds the named advisory lock; undefined when another process has it */
  alone<T>(lock: string, body: () => Promise<T>): Promise<T | undefined>;
}

export interface PolicyRecord {
  id: string;
  name: string;
  description?: string;
  status: PolicyStatus;
  version: number;
  author: string;
  etag: string;
  createdAt: string;
  updatedAt: string;
  /** as it was written: row or whole document */
  write: PolicyWrite;
}
export interface Policies {
  active(tenant: string): Promise<ActiveSet>;
  byDigest(digest: string): Promise<ActiveSet | undefined>;
  /** Makes files the base of every tenant's set, under the exclusive policy lock; nothing when they are that already. */
  installBase(sources: PolicySource[], actor: Actor): Promise<void>;
  list(tenant: string, query: { status?: PolicyStatus; cursor?: string; limit: number }): Promise<Page<PolicyRecord>>;
  get(tenant: string, id: string): Promise<PolicyRecord | undefined>;
  create(tenant: string, write: PolicyWrite, author: string): Promise<PolicyRecord>;
  replace(
    tenant: string,
    id: string,
    etag: string,
    write: PolicyWrite,
    author: string,
  ): Promise<PolicyRecord | "unknown" | "changed">;
  remove(tenant: string, id: string, etag: string): Promise<"removed" | "unknown" | "changed" | "active">;
  /** Sets the status and the tenant's new digest in one transaction under the exclusive lock. `sources(set)` builds the set from the rows. */
  publish(
    tenant: string,
    id: string,
    status: "active" | "shadow" | "retired",
    by: string,
    twoPerson: boolean,
  ): Promise<ActiveSet | "unknown" | "same_author">;
}

export interface KeyRecord {
  id: string;
  tenant: string;
  role: Role;
  agents: string[];
  person?: string;
  attests: Attests;
  createdAt: string;
  expiresAt?: string;
}
export interface Keys {
  /** The secret is returned once; only its hash is kept. */
  create(tenant: string, request: KeyRequest, by: Actor): Promise<{ record: KeyRecord; key: string }>;
  list(tenant: string): Promise<KeyRecord[]>;
  rotate(tenant: string, id: string, by: Actor): Promise<{ record: KeyRecord; key: string } | undefined>;
  remove(tenant: string, id: string, by: Actor): Promise<boolean>;
  /** The caller of a bearer token, or undefined (unknown, expired, wrong secret: the same answer in the same time). */
  authenticate(token: string): Promise<Credential | undefined>;
  /** True while no key exists at all: the only time `keys bootstrap` may mint one. */
  empty(): Promise<boolean>;
}
export interface Person extends PersonRequest {
  changedAt: string;
}
export interface People {
  list(tenant: string): Promise<Person[]>;
  get(tenant: string, id: string): Promise<Person | undefined>;
  byIdentity(tenant: string, channel: string, channelId: string): Promise<Person | undefined>;
  /** Roles that were held before keep their age: newer ones do not count in votes on older actions (rulings §D3). */
  put(tenant: string, person: PersonRequest, by: Actor): Promise<Person>;
  remove(tenant: string, id: string, by: Actor): Promise<boolean>;
}

/** A session of a person: what its token proves, and for whom. */
export interface SignIns {
  /** The token is returned once; only its hash is kept. Noted as `sign_in`. */
  open(
    tenant: string,
    who: { person: string; identity: string },
    kind: "browser" | "terminal",
  ): Promise<{ token: string; expiresAt: Date }>;
  /** Undefined for one that is over, ended or forged, or whose person or identity is gone. */
  authenticate(token: string): Promise<Credential | undefined>;
  /** False where there was nothing to end. */
  close(token: string): Promise<boolean>;
  /** A terminal wants a session: it keeps the secret and shows the code. Undefined while too many ask. */
  ask(tenant: string): Promise<{ secret: string; userCode: string } | undefined>;
  /** Whoever is signed in says yes to the code; once. */
  grant(tenant: string, userCode: string, who: { person: string; identity: string }): Promise<boolean>;
  /** The terminal's session, once somebody said yes. */
  redeem(tenant: string, secret: string): Promise<{ token: string; expiresAt: Date } | "waiting" | "unknown">;
}

export interface ProposedChange {
  id: string;
  change: ChangeRequest;
  /** person, or the key where it is nobody's */
  proposedBy: string;
  proposedAt: string;
  expiresAt: string;
}
/** rulings §D3: what changes who may answer takes two people in a fleet. */
export interface ProposedChanges {
  propose(tenant: string, change: ChangeRequest, proposedBy: string, by: Actor): Promise<ProposedChange>;
  list(tenant: string): Promise<ProposedChange[]>;
  /** Hands it out once, to anybody but its proposer. */
  take(tenant: string, id: string, confirmedBy: string, by: Actor): Promise<ProposedChange | "unknown" | "same_person">;
  drop(tenant: string, id: string, by: Actor): Promise<boolean>;
}

export interface Stops {
  terminateSession(tenant: string, sessionId: string, reason: string, by: Actor): Promise<void>;
  resumeSession(tenant: string, sessionId: string, reason: string, by: Actor): Promise<void>;
  killSwitch(tenant: string, engaged: boolean, agent: string | undefined, reason: string, by: Actor): Promise<void>;
  /** The kill switches that are engaged; one without `agent` stops the whole tenant. */
  engaged(tenant: string): Promise<{ agent?: string; reason: string; since: string }[]>;
}

export interface Decisions {
  list(
    tenant: string,
    query: {
      effect?: string;
      outcome?: string;
      tool?: string;
      agent?: string;
      session?: string;
      rule?: string;
      from?: Date;
      to?: Date;
      cursor?: string;
      limit: number;
    },
  ): Promise<Page<Decision>>;
  get(tenant: string, decisionId: string): Promise<{ decision: Decision; row: ActionRow } | undefined>;
}

export interface Sequenced {
  cursor: number;
  event: Event;
}
export interface Events {
  /** Gives unsequenced events their cursor, in commit order, under an advisory lock. Returns how many. */
  sequence(): Promise<number>;
  after(tenant: string, cursor: number, rows: number): Promise<Sequenced[]>;
  last(tenant: string): Promise<number>;
  ofAction(tenant: string, actionId: string): Promise<Event[]>;
  /** Recomputes an action's hashes, commitments and chain; names the first event that does not hold. */
  verify(tenant: string, actionId: string): Promise<{ sound: true } | { sound: false; at: string }>;
}

export interface Workers {
  /** Says that this process lives and which sets it runs; a publish waits for all live ones. */
  beat(worker: { id: string; service: string; digests: Record<string, string> }): Promise<void>;
  gone(id: string): Promise<void>;
  /**
   * Whether a process has a connection that bears its name, its last beat, and ms since then by the database's clock; no beat
   * when it left or never was.
   */
  sign(id: string): Promise<{ connected: boolean; beatAt: string | undefined; silentMs: number }>;
  /** Live workers (beat within 3 heartbeats) that do not run `digest` for `tenant` yet. */
  behind(tenant: string, digest: string): Promise<string[]>;
  live(): Promise<{ id: string; service: string; beatAt: string }[]>;
}

export interface Tenants {
  /** Nothing when it exists already. */
  create(tenant: string): Promise<void>;
  list(): Promise<string[]>;
  /** What markers of this tenant's secrets are made with (core `redact/marker.ts`). */
  redactionKey(tenant: string): Promise<Uint8Array>;
}

/** Something that people's channels should hear of, committed together with it; ids only. */
export interface OutboxItem {
  tenant: string;
  id: string;
  topic: string;
  payload: Json;
  /** ms since 1970 */
  madeAt: number;
}
/** An item on its way to one endpoint. */
export interface DeliveryRow extends OutboxItem {
  endpoint: string;
  /** those before this one */
  attempts: number;
  /** approval that it is about: deliveries about one thing keep their order at each endpoint */
  subject?: string;
}
export interface DeadLetter extends DeliveryRow {
  error: string;
  diedAt: number;
}
/** What the courier works on. Rows are leased: what one that died had in hand comes back when the lease is over. */
export interface Deliveries {
  /** Items that were not yet spread over endpoints, oldest first. All tenants. */
  waiting(rows: number): Promise<OutboxItem[]>;
  /** One delivery an endpoint; an item without endpoints is finished. Doing it twice changes nothing. */
  spread(items: readonly { item: OutboxItem; endpoints: readonly string[]; subject?: string }[]): Promise<void>;
  /** At most `rows` an endpoint, oldest first; each is leased. None whose elder about the same subject still waits. */
  due(leaseMs: number, rooms: readonly { endpoint: string; rows: number }[]): Promise<DeliveryRow[]>;
  done(tenant: string, id: string, ref?: Json): Promise<void>;
  failed(tenant: string, id: string, error: string, retryInMs: number): Promise<void>;
  dead(tenant: string, id: string, error: string): Promise<void>;
  /** A dead letter is due again, with no attempt behind it. False where there is none of this id. */
  resend(tenant: string, id: string): Promise<boolean>;
  deadLetters(tenant: string, rows: number): Promise<DeadLetter[]>;
  /** What waits for this endpoint is due now: it answers again. */
  wake(endpoint: string): Promise<void>;
  /** Refs of the messages that this endpoint was sent about a subject. */
  refs(tenant: string, endpoint: string, subject: string): Promise<Json[]>;
  /** Removes what was delivered long ago, and used nonces whose time is over. Returns how many rows. */
  prune(keepMs: number, rows: number): Promise<number>;
}
/** Buttons that were used, by whom. `spend` is the one place where a second use loses. */
export interface UsedNonces {
  /** False when this pair was spent before. Kept until `keepUntil` (ms since 1970) at least. */
  spend(tenant: string, nonceHash: string, by: string, keepUntil: number): Promise<boolean>;
  /** Gives it back, because nothing could be recorded. */
  release(tenant: string, nonceHash: string, by: string): Promise<void>;
}

export interface Store {
  actions: Actions;
  approvals: Approvals;
  delegations: Delegations;
  standing: Standing;
  sweeper: Sweeper;
  policies: Policies;
  keys: Keys;
  people: People;
  signIns: SignIns;
  proposedChanges: ProposedChanges;
  stops: Stops;
  decisions: Decisions;
  events: Events;
  workers: Workers;
  deliveries: Deliveries;
  usedNonces: UsedNonces;
  tenants: Tenants;
  /** Calls back on every notice of any process, this one included; survives reconnects. */
  listen(onNotice: (notice: Notice) => void): Promise<() => Promise<void>>;
  /** Throws `store_unavailable` where it cannot record, `unsafe_store` on unsafe durability settings, `not_ready` on clock skew. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
