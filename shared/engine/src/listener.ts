// listener.ts — a small HTTP server on its address: where it listens, and its end

import type { Server } from "node:http";

export interface Listening {
  url: string;
  /** `now`: also what is in hand is cut; else it may end */
  close(now?: boolean): Promise<void>;
}

/** @param at port 0 for any free one. Throws what the system says where it cannot listen. */
export async function listenOn(server: Server, at: { port: number; host: string }): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(at.port, at.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : at.port;
  return {
    url: `http://${at.host.includes(":") ? `[${at.host}]` : at.host}:${port}`,
    close: (now = false) =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if (now) server.closeAllConnections();
        else server.closeIdleConnections();
      }),
  };
}
