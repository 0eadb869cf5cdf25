// loopback.ts — a platform's HTTP API on loopback: records what it is told, answers as a test wants

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Heard {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}
export interface Said {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}
export interface Loopback {
  url: string;
  /** `host:port`, for the allow-list */
  host: string;
  heard: Heard[];
  /** what it says from now on; "nothing" is a black hole */
  say(how: ((heard: Heard) => Said) | "nothing"): void;
  close(): Promise<void>;
}

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
};

export async function loopback(first: (heard: Heard) => Said): Promise<Loopback> {
  let how: ((heard: Heard) => Said) | "nothing" = first;
  const heard: Heard[] = [];
  const server: Server = createServer((request, response) => {
    void read(request).then((body) => {
      const one: Heard = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        body,
      };
      heard.push(one);
      if (how === "nothing") return;
      const { status = 200, headers = { "content-type": "application/json" }, body: said = "" } = how(one);
      response.writeHead(status, headers).end(said);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    heard,
    say: (next) => {
      how = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
