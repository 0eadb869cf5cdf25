// so-far-text.ts — who has answered and who is missing, as a terminal shows it beside a card

import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import { soFar } from "@holdpoint/core/escalation/so-far.ts";
import { harmless } from "../terminal.ts";

export const soFarText = (approval: ApprovalAnswer): string =>
  approval.state === "pending" ? `so far: ${soFar(approval).map(harmless).join("; ")}` : `it is ${approval.state}`;
