// fault.ts — the one error class: a code says what the engine and the caller should do, never the text

export const FAULTS = {
  // asked wrongly
  bad_json: { retry: false, status: 400 },
  bad_query: { retry: false, status: 400 },
  bad_header: { retry: false, status: 400 },
  invalid: { retry: false, status: 422 },
  policy_invalid: { retry: false, status: 422 },
  unauthenticated: { retry: false, status: 401 },
  forbidden: { retry: false, status: 403 },
  not_your_action: { retry: false, status: 403 },
  not_an_approver: { retry: false, status: 403 },
  own_request: { retry: false, status: 403 },
  not_found: { retry: false, status: 404 },
  method_not_allowed: { retry: false, status: 405 },
  too_large: { retry: false, status: 413 },
  unsupported_media_type: { retry: false, status: 415 },
  precondition_required: { retry: false, status: 428 },
  precondition_failed: { retry: false, status: 412 },
  // asked too late, twice, or about something else by now
  idempotency_conflict: { retry: false, status: 409 },
  not_claimable: { retry: false, status: 409 },
  illegal_transition: { retry: false, status: 409 },
  already_settled: { retry: false, status: 409 },
  already_voted: { retry: false, status: 409 },
  card_changed: { retry: false, status: 409 },
  nothing_to_do: { retry: false, status: 409 },
  already_exists: { retry: false, status: 409 },
  two_person_required: { retry: false, status: 409 },
  not_acknowledged: { retry: true, status: 409 },
  approval_expired: { retry: false, status: 410 },
  too_many: { retry: true, status: 429 },
  request_timeout: { retry: true, status: 408 },
  // cannot decide or cannot record
  store_unavailable: { retry: true, status: 503 },
  queue_unavailable: { retry: true, status: 503 },
  not_ready: { retry: true, status: 503 },
  unsafe_store: { retry: false, status: 503 },
  unsafe_queue: { retry: false, status: 503 },
  // speaking to others
  outbound_refused: { retry: false, status: 422 },
  outbound_failed: { retry: true, status: 502 },
  config_invalid: { retry: false, status: 500 },
  internal: { retry: false, status: 500 },
} as const satisfies Record<string, { retry: boolean; status: number }>;

export type FaultCode = keyof typeof FAULTS;

/** What a problem+json body carries beside code and detail. `at` is a JSON pointer into the request body. */
export interface FaultPlace {
  at?: string;
  line?: number;
  column?: number;
  file?: string;
  actionId?: string;
  decisionId?: string;
  reasonCode?: string;
  [extension: string]: unknown;
}

export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly place: FaultPlace;
  constructor(code: FaultCode, message: string, place: FaultPlace = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.place = place;
  }
}

export const isFault = (error: unknown): error is Fault => error instanceof Fault;
