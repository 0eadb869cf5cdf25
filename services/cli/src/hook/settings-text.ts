// settings-text.ts — what to put into a client's settings, so that every death of the hook is a no (rulings §G)

import { fileURLToPath } from "node:url";
import { CLIENTS, type JsonRecord } from "@holdpoint/core/hooks/clients.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Absolute paths and an environment of our own, because the agent's may point `node` or us elsewhere; `|| exit 2`,
 * because clients let a call run when a hook dies in any other way.
 */
export const shellLine = (client: string, configPath: string): string =>
  [
    '/usr/bin/env -i HOME="$HOME" PATH=/usr/bin:/bin',
    quoted(process.execPath),
    "--disable-warning=ExperimentalWarning",
    quoted(main),
    "hook",
    client,
    "--config",
    quoted(configPath),
    "|| exit 2",
  ].join(" ");

/** The client's own time limit stays above our 20 s: ours must fire first. Gemini counts in ms. */
const timeouts: Readonly<Record<string, number>> = { gemini: 60_000 };

export function settingsText(name: string, configPath: string): string {
  const client = CLIENTS[name];
  if (client?.events === undefined)
    throw new Error(`\`${name}\`: no settings are known for this client; its line is:\n${shellLine(name, configPath)}`);
  const entry: JsonRecord = {
    matcher: "*",
    hooks: [{ type: "command", command: shellLine(name, configPath), timeout: timeouts[name] ?? 60 }],
  };
  return `${JSON.stringify({ hooks: { [client.events.before]: [entry], [client.events.after]: [entry] } }, null, 2)}\n`;
}
