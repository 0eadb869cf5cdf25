// braces.ts — `{a,b}` and `{1..3}` written out, as a shell does before anything else

/** End of the quoted or expanded stretch that begins at `i`, or `i` when none does. */
function skipQuoted(text: string, i: number): number {
  const char = text[i];
  if (char === "\\") return Math.min(i + 2, text.length);
  if (char === "'" || char === '"') {
    let j = i + 1;
    while (j < text.length && text[j] !== char) j += char === '"' && text[j] === "\\" ? 2 : 1;
    return Math.min(j + 1, text.length);
  }
  if (char === "`") {
    const close = text.indexOf("`", i + 1);
    return close < 0 ? text.length : close + 1;
  }
  if (char === "$" && (text[i + 1] === "{" || text[i + 1] === "(")) {
    const open = text[i + 1];
    const close = open === "{" ? "}" : ")";
    let depth = 0;
    for (let j = i + 1; j < text.length; j++) {
      if (text[j] === open) depth++;
      else if (text[j] === close && --depth === 0) return j + 1;
    }
    return text.length;
  }
  return i;
}

interface Group {
  start: number;
  end: number;
  parts: string[];
}

function sequence(body: string): string[] | undefined {
  const found = /^(-?\d{1,9}|[A-Za-z])\.\.(-?\d{1,9}|[A-Za-z])(?:\.\.(-?\d{1,9}))?$/.exec(body);
  if (!found) return undefined;
  const letters = /^[A-Za-z]$/.test(found[1]!) && /^[A-Za-z]$/.test(found[2]!);
  if (!letters && (/[A-Za-z]/.test(found[1]!) || /[A-Za-z]/.test(found[2]!))) return undefined;
  const from = letters ? found[1]!.charCodeAt(0) : Number(found[1]);
  const to = letters ? found[2]!.charCodeAt(0) : Number(found[2]);
  const step = Math.max(1, Math.abs(Number(found[3] ?? 1)));
  const width = letters ? 0 : Math.max(padded(found[1]!), padded(found[2]!));
  if (Math.abs(to - from) / step > BRACES_MAX) return undefined;
  const out: string[] = [];
  for (let i = 0; out.length <= BRACES_MAX; i++) {
    const value = from <= to ? from + i * step : from - i * step;
    if (from <= to ? value > to : value < to) break;
    out.push(letters ? String.fromCharCode(value) : pad(value, width));
  }
  return out;
}
const padded = (text: string): number => (/^-?0\d/.test(text) ? text.length : 0);
const pad = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width - 1, "0")}` : String(value).padStart(width, "0");

/** The first group that a shell would expand. */
function findGroup(text: string): Group | undefined {
  for (let start = 0; start < text.length; start++) {
    const past = skipQuoted(text, start);
    if (past !== start) {
      start = past - 1;
      continue;
    }
    if (text[start] !== "{") continue;
    const parts: string[] = [];
    let depth = 0;
    let from = start + 1;
    for (let i = start; i < text.length; i++) {
      const next = skipQuoted(text, i);
      if (next !== i) {
        i = next - 1;
        continue;
      }
      const char = text[i];
      if (char === "{") depth++;
      else if (char === "," && depth === 1) {
        parts.push(text.slice(from, i));
        from = i + 1;
      } else if (char === "}" && --depth === 0) {
        const last = text.slice(from, i);
        if (parts.length > 0) return { start, end: i + 1, parts: [...parts, last] };
        const written = sequence(last);
        if (written === undefined && /^-?\w+\.\.-?\w+/.test(last)) return { start, end: i + 1, parts: TOO_MANY };
        if (written) return { start, end: i + 1, parts: written };
        break;
      }
    }
  }
  return undefined;
}

export const BRACES_MAX = 128;
const TOO_MANY: string[] = [];

/** All words that `text` becomes; undefined when there would be too many to read. */
export function expandBraces(text: string): string[] | undefined {
  const done: string[] = [];
  const open = [text];
  let steps = 0;
  while (open.length > 0) {
    const next = open.shift()!;
    if (++steps > BRACES_MAX * 2 || open.length + done.length > BRACES_MAX || next.length > 1_024) return undefined;
    const group = findGroup(next);
    if (!group) {
      done.push(next);
      continue;
    }
    if (group.parts === TOO_MANY || group.parts.length > BRACES_MAX) return undefined;
    const head = next.slice(0, group.start);
    const tail = next.slice(group.end);
    // Kept in order: the first group's alternatives come before whatever follows.
    open.unshift(...group.parts.map((part) => head + part + tail));
  }
  return done;
}
