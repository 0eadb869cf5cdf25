// addresses.ts — IP literals in every notation a resolver accepts: decimal, hex, octal, short, IPv6, mapped, with zone ids

import type { HostZone } from "@holdpoint/wire/facts.ts";

export interface Address {
  /** canonical text: dotted quad, or compressed lower-case IPv6 */
  text: string;
  v4?: number;
  /** eight groups of 16 bits */
  v6?: number[];
}

function parseNumber(text: string): number | undefined {
  if (text === "") return undefined;
  if (/^0x[0-9a-f]*$/i.test(text)) return text.length === 2 ? 0 : Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  // `08` is read as decimal by some and refused by others: decimal is the reading that reaches something.
  return /^\d+$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

const dotted = (value: number): string =>
  `${Math.floor(value / 2 ** 24) % 256}.${Math.floor(value / 2 ** 16) % 256}.${Math.floor(value / 2 ** 8) % 256}.${value % 256}`;

function parseV4(text: string): number | undefined {
  const first = text.charCodeAt(0);
  if (first < 48 || first > 57) return undefined;
  const parts = text.split(".");
  if (parts.length > 4) return undefined;
  const numbers: number[] = [];
  for (const part of parts) {
    const value = parseNumber(part);
    if (value === undefined || !Number.isSafeInteger(value)) return undefined;
    numbers.push(value);
  }
  const last = numbers.pop()!;
  let value = 0;
  for (const number of numbers) {
    // Some readers wrap a part that is too big; 300 % 256 then still names a machine.
    value = value * 256 + (number % 256);
  }
  const room = 256 ** (4 - numbers.length);
  return value * room + (last % room);
}

function parseV6(text: string): number[] | undefined {
  const bare = text.includes("%") ? text.slice(0, text.indexOf("%")) : text;
  if (!bare.includes(":") || !/^[0-9a-f:.]+$/i.test(bare)) return undefined;
  const halves = bare.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => {
    const out: number[] = [];
    for (const part of half === "" ? [] : half.split(":")) {
      if (part.includes(".")) {
        const v4 = parseV4(part);
        if (v4 === undefined) return undefined;
        out.push(Math.floor(v4 / 65_536), v4 % 65_536);
      } else if (part.length >= 1 && part.length <= 4) out.push(Number.parseInt(part, 16));
      else return undefined;
    }
    return out;
  });
  const head = groups[0];
  if (!head || groups.includes(undefined)) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const tail = groups[1]!;
  if (head.length + tail.length > 7) return undefined;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function compressed(groups: number[]): string {
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > best.length) best = { start: i, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(":");
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`;
}

/** The IPv4 address that an IPv6 address carries: mapped, compatible, NAT64, 6to4. */
function embeddedV4(groups: number[]): number | undefined {
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number];
  const low = g * 65_536 + h;
  if (a === 0 && b === 0 && c === 0 && d === 0 && (e === 0 || e === 0xffff) && (f === 0xffff || f === 0))
    return f === 0 && e === 0 && low <= 1 ? undefined : low;
  if (a === 0x64 && b === 0xff9b) return low;
  if (a === 0x2002) return b * 65_536 + c;
  return undefined;
}

export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) {
    const v6 = parseV6(text);
    if (!v6) return undefined;
    const v4 = embeddedV4(v6);
    return v4 === undefined ? { text: compressed(v6), v6 } : { text: dotted(v4), v4 };
  }
  const v4 = parseV4(text);
  return v4 === undefined ? undefined : { text: dotted(v4), v4 };
}

const METADATA = new Set([
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "169.254.169.123",
  "169.254.169.253",
  "100.100.100.200",
  "192.0.0.192",
  "168.63.129.16",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
]);

export function zoneOfAddress(address: Address): HostZone {
  if (METADATA.has(address.text)) return "metadata";
  if (address.v4 !== undefined) {
    const a = Math.floor(address.v4 / 2 ** 24);
    const b = Math.floor(address.v4 / 2 ** 16) % 256;
    if (a === 0) return "unspecified";
    if (a === 127) return "loopback";
    if (a === 169 && b === 254) return "link-local";
    if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return "private";
    if ((a === 100 && b >= 64 && b <= 127) || (a === 198 && (b === 18 || b === 19))) return "private";
    return a >= 224 ? "unknown" : "public";
  }
  const groups = address.v6!;
  const first = groups[0]!;
  if (groups.every((group, index) => group === (index === 7 ? 1 : 0))) return "loopback";
  if (groups.every((group) => group === 0)) return "unspecified";
  if (first >= 0xfe80 && first <= 0xfebf) return "link-local";
  if (first >= 0xfc00 && first <= 0xfdff) return "private";
  return first >= 0xff00 ? "unknown" : "public";
}
