// redirect.ts — where a command's streams go: files, here-documents, sockets that look like files

import type { Atom } from "@holdpoint/wire/facts.ts";
import type { Redirection } from "unbash";
import { addHost, touch } from "../call.ts";
import { namedHost } from "../hosts.ts";
import type { Reading } from "../reading.ts";
import { expandOne, type ReadInner } from "./expand.ts";
import type { Scope } from "./scope.ts";
import type { Output, Word } from "./word.ts";

export interface Streams {
  stdin: Output | undefined;
  writes: Word[];
  reads: Word[];
}

/** Reads the redirections of one command; `touchStreams` later gives them to its atom. */
export function readStreams(
  redirects: readonly Redirection[],
  scope: Scope,
  inner: ReadInner,
  stdin: Output | undefined,
): Streams {
  const streams: Streams = { stdin, writes: [], reads: [] };
  for (const redirect of redirects) {
    if (redirect.type === "HereDoc") {
      const { body, delimiter } = redirect;
      streams.stdin = { kind: "text", text: body.text };
      if (delimiter?.quoted || !body.parts) continue;
      let known = true;
      for (const part of body.parts) {
        if (part.type === "Literal") continue;
        known = false;
        expandOne({ type: "Word", text: part.text, value: "", pos: 0, end: 0, parts: [part] }, scope, inner);
      }
      // The unknown parts stay as they are written: what is around them is still read.
      if (!known) streams.stdin = { kind: "text", text: body.text };
    } else if (redirect.type === "HereString") {
      const word = redirect.target ? expandOne(redirect.target, scope, inner) : undefined;
      streams.stdin =
        word && word.text !== null ? { kind: "text", text: word.text } : (word?.prints ?? { kind: "unknown" });
    } else {
      const word = redirect.target ? expandOne(redirect.target, scope, inner) : undefined;
      if (!word) continue;
      const { operator } = redirect;
      if (operator === "<") {
        streams.reads.push(word);
        const fd = redirect.descriptor?.type === "FileDescriptor" ? redirect.descriptor.value : 0;
        if (fd === 0) streams.stdin = word.process ? (word.prints ?? { kind: "unknown" }) : { kind: "file", word };
      } else if (operator === "<&") {
        if (word.text === null || !/^\d*-?$/.test(word.text)) streams.reads.push(word);
      } else if (operator === ">&") {
        if (word.text === null || !/^\d*-?$/.test(word.text)) streams.writes.push(word);
      } else {
        if (operator === "<>" && !isSocket(word)) streams.reads.push(word);
        streams.writes.push(word);
      }
    }
  }
  return streams;
}

const isSocket = (word: Word): boolean => /^\/dev\/(tcp|udp)\//.test(word.text ?? word.known);

/** `/dev/tcp/host/port`: bash opens a socket. */
function touchStream(reading: Reading, atom: Atom, scope: Scope, word: Word, access: "read" | "write"): void {
  const text = word.text ?? word.known;
  if (isSocket(word)) {
    const [host = "", port] = text.slice(9).split("/");
    const target = { ...namedHost(host), scheme: text.slice(5, 8) };
    addHost(reading, atom, text, port && /^\d+$/.test(port) ? { ...target, port: Number(port) } : target, true);
    return;
  }
  touch(reading, atom, scope, word, access);
}

export function touchStreams(reading: Reading, atom: Atom, scope: Scope, streams: Streams): void {
  for (const word of streams.reads) touchStream(reading, atom, scope, word, "read");
  for (const word of streams.writes) touchStream(reading, atom, scope, word, "write");
}
