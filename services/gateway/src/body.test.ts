// body.test.ts — bytes from a socket: bounded, patient only so long, and placed to the character when they are wrong

import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { isFault } from "@holdpoint/wire/fault.ts";
import { afterEach, describe, expect, test } from "vitest";
import { decodeJson, readBytes } from "./body.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What `readBytes` makes of a request whose body is written by `send`. */
async function outcome(headers: string, send: (write: (bytes: string) => void) => void): Promise<number | string> {
  const result = Promise.withResolvers<number | string>();
  server = createServer((request, response) => {
    readBytes(request, { bytesMax: 100, readMs: 60 }).then(
      (bytes) => result.resolve(bytes.length),
      (error: unknown) => result.resolve(isFault(error) ? error.code : "?"),
    );
    result.promise.then(() => response.end());
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const socket = connect(typeof address === "object" && address ? address.port : 0, "127.0.0.1", () => {
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n`);
    send((bytes) => socket.write(bytes));
  });
  socket.on("error", () => undefined);
  return result.promise.finally(() => socket.destroy());
}

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

test.each<[string, string, (write: (bytes: string) => void) => void, number | string]>([
  ["a body of the limit", "content-length: 100", (write) => write("x".repeat(100)), 100],
  ["one byte more", "content-length: 101", (write) => write("x".repeat(101)), "too_large"],
  [
    "chunks without a length, within it",
    "transfer-encoding: chunked",
    (write) => write(`${chunk("x".repeat(60))}${chunk("y".repeat(40))}0\r\n\r\n`),
    100,
  ],
  [
    "chunks without a length, beyond it",
    "transfer-encoding: chunked",
    (write) => write(`${chunk("x".repeat(60))}${chunk("y".repeat(60))}0\r\n\r\n`),
    "too_large",
  ],
  ["a body that stops half way", "content-length: 50", (write) => write("x"), "request_timeout"],
  ["a body that never begins", "content-length: 50", () => undefined, "request_timeout"],
])("%s", async (_what, headers, send, want) => expect(await outcome(headers, send)).toBe(want));

describe("bytes that are no UTF-8 are refused with their place", () => {
  test.each<[string, Buffer, number, number]>([
    ["at the start", Buffer.from([0xff, 0x7b]), 1, 1],
    ["in the second line", Buffer.concat([Buffer.from('{\n"é": "'), Buffer.from([0xc3]), Buffer.from('"}')]), 2, 7],
    ["an overlong slash", Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 1, 2],
    ["half of a surrogate", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 1, 2],
    ["after a real replacement character", Buffer.concat([Buffer.from('"\ufffd'), Buffer.from([0xfe])]), 1, 3],
  ])("%s", (_where, bytes, line, column) => {
    expect(() => decodeJson(bytes)).toThrowError(
      expect.objectContaining({ code: "bad_json", place: { at: "", line, column } }),
    );
  });
});
