// outcome.ts — how a call ended, from what its client says came back

import type { Json } from "@holdpoint/wire/scalars.ts";
import type { JsonRecord } from "./clients.ts";

const record = (value: Json | undefined): JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

/** Clients say success by silence; each says failure in one of a few ways. */
export function outcomeOf(result: Json | undefined): { outcome: "succeeded" | "failed"; exitCode?: number } {
  const said = record(result);
  const code = said["exitCode"] ?? said["exit_code"];
  const exitCode = typeof code === "number" && Number.isSafeInteger(code) ? code : undefined;
  const failed =
    said["is_error"] === true ||
    said["isError"] === true ||
    said["interrupted"] === true ||
    said["success"] === false ||
    said["resultType"] === "failure" ||
    (typeof said["error"] === "string" && said["error"] !== "") ||
    (exitCode !== undefined && exitCode !== 0);
  return { outcome: failed ? "failed" : "succeeded", ...(exitCode === undefined ? {} : { exitCode }) };
}
