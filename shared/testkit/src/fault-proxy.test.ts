// fault-proxy.test.ts — each way a link breaks is seen by a client on the other side

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

let proxy: FaultProxy;
let echo: ReturnType<typeof createServer>;
const sockets: Socket[] = [];
const dial = async (): Promise<Socket> => {
  const socket = connect(proxy.port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  return socket;
};
const said = async (socket: Socket, text: string): Promise<string> => {
  socket.write(text);
  const [chunk] = await once(socket, "data");
  return String(chunk);
};

beforeEach(async () => {
  echo = createServer((socket) => socket.on("error", () => socket.destroy()).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  const address = echo.address();
  proxy = await startFaultProxy({ host: "127.0.0.1", port: typeof address === "object" && address ? address.port : 0 });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

describe("a link", () => {
  test("passes bytes both ways while it is whole", async () => expect(await said(await dial(), "hello")).toBe("hello"));

  test("that is cut ends what is open and refuses what is new, until it heals", async () => {
    const open = await dial();
    await said(open, "x");
    proxy.cut();
    await once(open, "close");
    const refused = connect(proxy.port, "127.0.0.1");
    sockets.push(refused);
    refused.on("error", () => refused.destroy());
    await once(refused, "close");
    proxy.heal();
    expect(await said(await dial(), "back")).toBe("back");
  });

  test("that is delayed answers later", async () => {
    const socket = await dial();
    await said(socket, "x");
    proxy.delay(60);
    const before = performance.now();
    await said(socket, "y");
    expect(performance.now() - before).toBeGreaterThanOrEqual(100);
  });

  test("that is silent stays open and says nothing", async () => {
    const socket = await dial();
    await said(socket, "x");
    proxy.silence();
    let heard = false;
    socket.on("data", () => {
      heard = true;
    });
    socket.write("anyone?");
    // The same bytes by a second way show that there was time enough to answer.
    const probe = connect((echo.address() as { port: number }).port, "127.0.0.1");
    sockets.push(probe);
    await said(probe, "here");
    expect([heard, socket.destroyed]).toEqual([false, false]);
  });

  test("that is deserted says nothing to either end, whoever closes it, while new ones are well", async () => {
    const heard: string[] = [];
    echo.once("connection", (socket) => socket.once("close", () => heard.push("the server was told")));
    const socket = await dial();
    await said(socket, "x");
    socket.on("data", () => heard.push("the client was answered"));
    proxy.desert();
    socket.write("anyone?");
    expect(await said(await dial(), "here")).toBe("here");
    proxy.heal();
    socket.destroy();
    expect(await said(await dial(), "and here")).toBe("and here");
    expect([heard, proxy.connections()]).toEqual([[], 2]);
  });

  test("that is truncated ends in the middle of an answer", async () => {
    const socket = await dial();
    await said(socket, "x");
    proxy.truncate(3);
    socket.write("abcdef");
    const [chunk] = await once(socket, "data");
    expect(String(chunk)).toBe("abc");
    await once(socket, "close");
  });
});
