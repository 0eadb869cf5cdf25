// limits.ts — every limit and default of the product, in one table, with units last in the names

export const limits = {
  // what a request may be
  bodyBytesMax: 1_048_576,
  bodyReadMs: 30_000,
  argsBytesMax: 262_144,
  jsonDepthMax: 32,
  jsonNodesMax: 10_000,
  textCharsMax: 4_096,
  nameCharsMax: 512,
  listItemsMax: 256,
  idempotencyKeyCharsMax: 255,
  waitMsMax: 60_000,
  pageItemsDefault: 50,
  pageItemsMax: 200,

  // what the core reads before it calls a text opaque
  commandCharsMax: 32_768,
  commandNodesMax: 4_000,
  commandAtomsMax: 500,
  wrapperDepthMax: 12,
  pathsMax: 1_000,
  hostsMax: 500,
  stringsScannedBytesMax: 262_144,

  // what a policy may be
  policyFileBytesMax: 262_144,
  policyTextCharsMax: 8_388_608,
  policyRulesMax: 20_000,
  policyTomlRulesMax: 256,
  patternBytesMax: 1_024,
  patternProgramMax: 5_000,
  patternProgramSmall: 64,
  patternStepsMax: 2_500_000,
  globExpansionsMax: 64,
  ruleExamplesMax: 64,

  // what a live audit file keeps of a call, and how many lines wait while it cannot be written
  auditParamsCharsMax: 500,
  auditLinesPendingMax: 10_000,

  // deciding
  decideWaitingMs: 60_000,
  decideIdleMs: 900_000,
  checkerMsDefault: 1_000,
  checkerMsMax: 10_000,
  checkerAnswerBytesMax: 262_144,
  checkersMax: 32,
  findingsMax: 100,
  findingNoteCharsMax: 500,
  findingsPerCheckerMax: 20,
  argPathCharsMax: 4_096,
  verdictReuseMs: 600_000,

  // approvals and grants
  approvalTtlMs: 3_600_000,
  approvalTtlMsMax: 7 * 86_400_000,
  quorumMax: 10,
  questionsMax: 20,
  approvalsPerHourMax: 600,
  delegationMsMax: 30 * 86_400_000,
  cardCharsMax: 524_288,
  claimWindowMs: 60_000,
  leaseMsDefault: 600_000,
  leaseMarginMs: 60_000,
  voteAnswerWaitMs: 2_000,
  openActionsPerAgentMax: 1_000,
  pendingApprovalsPerAgentMax: 1_000,

  // people who sign in, terminals that ask to be let in, changes that wait for a second admin
  signedInMs: 3_600_000,
  signInMs: 600_000,
  signInSkewMs: 30_000,
  terminalAskMs: 600_000,
  terminalAsksMax: 100,
  terminalPollMs: 2_000,
  changeWaitsMs: 86_400_000,

  // moving
  packActionsMax: 32,
  packBytesMax: 1_048_576,
  jobLockMs: 2_000,
  stalledCheckMs: 1_000,
  runRetryMs: 300,
  stageConcurrency: 20,
  sweepMs: 500,
  remindMs: 1_000,
  rejudgeHeldMs: 1_000,
  reconcileMs: 2_000,
  tidyMs: 60_000,
  gaugeMs: 5_000,
  newsKeepMs: 30 * 86_400_000,
  waiterRereadMs: 1_000,
  drainMs: 10_000,
  telemetryFlushMs: 1_500,
  sequencerMs: 200,
  policyAckMs: 10_000,
  workerHeartbeatMs: 2_000,
  clockSkewMsMax: 5_000,
  hookDeadlineMs: 20_000,

  // speaking to others: outgoing requests, deliveries to channels, callbacks from them
  outboundMs: 10_000,
  outboundAnswerBytesMax: 65_536,
  deliverPerEndpoint: 4,
  deliverLeaseMs: 60_000,
  deliverPollMs: 500,
  deliverBackoffMs: 1_000,
  deliverBackoffMsMax: 900_000,
  deliverForMs: 3 * 86_400_000,
  circuitFailures: 5,
  circuitOpenMs: 1_000,
  circuitOpenMsMax: 60_000,
  callbackSkewMs: 300_000,
  inboundMs: 15_000,
} as const;

export type LimitName = keyof typeof limits;
