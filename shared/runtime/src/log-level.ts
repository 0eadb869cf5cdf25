// log-level.ts — how much is logged: a file of its own, so that reading the configuration does not load the logger

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
