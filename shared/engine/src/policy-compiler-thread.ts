// policy-compiler-thread.ts — the thread that reads a long set of policies, makes sure that it compiles, and hands over what it read

import { parentPort, workerData } from "node:worker_threads";
import { readSet } from "@holdpoint/core/rules/compile.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { ReadAnswer } from "./policy-compiler.ts";

function answer(): ReadAnswer {
  try {
    return { read: readSet(workerData as PolicySource[]) };
  } catch (error) {
    if (!isFault(error) || error.code !== "policy_invalid") throw error;
    return { refused: { message: error.message, place: error.place } };
  }
}

parentPort?.postMessage(answer());
