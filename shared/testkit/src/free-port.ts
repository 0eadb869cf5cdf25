// free-port.ts — a port of the loopback that nobody listens on at the moment

import { createServer } from "node:net";

/** Below 55,000, so that what also listens on port + 10,000 (a Redis Cluster node) stays in range. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port > 55_000 ? 20_000 + (port % 30_000) : port));
    });
  });
