// mailbox.ts — a real SMTP server (the smtp-server library) on loopback that keeps what it is given

import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface Mail {
  from: string;
  to: string[];
  raw: string;
}
export interface Mailbox {
  port: number;
  mails: Mail[];
  /** the readable text of each mail: transfer encoding undone */
  texts(): string[];
  trouble(kind: "nothing" | "error" | "busy" | "none"): void;
  close(): Promise<void>;
}

/** Quoted-printable and base64 undone; enough for the one text part that we send. */
function textOf(raw: string): string {
  const [folded = "", ...rest] = raw.split("\r\n\r\n");
  const head = folded.replaceAll(/\r\n[ \t]+/g, " ");
  const body = rest.join("\r\n\r\n");
  if (/^content-transfer-encoding: base64$/im.test(head))
    return `${head}\n\n${Buffer.from(body, "base64").toString("utf8")}`;
  if (!/^content-transfer-encoding: quoted-printable$/im.test(head))
    return `${head}\n\n${body.replaceAll("\r\n", "\n")}`;
  const bytes = body
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return `${head}\n\n${Buffer.from(bytes, "latin1").toString("utf8").replaceAll("\r\n", "\n")}`;
}

export async function mailbox(): Promise<Mailbox> {
  const mails: Mail[] = [];
  let trouble: "nothing" | "error" | "busy" | "none" = "none";
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    onMailFrom(_address, _session, callback) {
      if (trouble === "nothing") return; // never answers
      if (trouble === "error") return callback(Object.assign(new Error("out of order"), { responseCode: 451 }));
      if (trouble === "busy") return callback(Object.assign(new Error("too many"), { responseCode: 421 }));
      callback();
    },
    onRcptTo({ address }, _session, callback) {
      if (address.startsWith("nobody@"))
        return callback(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
      callback();
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString("utf8"),
        });
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    texts: () => mails.map(({ raw }) => textOf(raw)),
    trouble: (kind) => {
      trouble = kind;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
