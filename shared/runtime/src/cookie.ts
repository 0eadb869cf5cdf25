// cookie.ts — the cookie that carries a person's session, and how one is read: the gateway sets it, the courier believes it too

/** `__Host-`: of this host alone, over TLS alone, for every path; no sub-domain can put one in its place. */
export const SESSION_COOKIE = "__Host-holdpoint";

/** Undefined where it is missing, or stands twice: somebody else put one of them there. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = (header ?? "")
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
  return found.length === 1 && found[0] !== "" ? found[0] : undefined;
}
