// patch.ts — which files a patch touches: the `*** Update File:` form and unified diffs

export interface Patched {
  path: string;
  access: "write" | "delete";
}

const HEADERS: readonly [string, Patched["access"]][] = [
  ["*** Add File: ", "write"],
  ["*** Update File: ", "write"],
  ["*** Move to: ", "write"],
  ["*** Delete File: ", "delete"],
  ["rename to ", "write"],
  ["copy to ", "write"],
  ["rename from ", "delete"],
];

const stripped = (name: string): string => {
  const end = name.indexOf("\t");
  const path = (end < 0 ? name : name.slice(0, end)).trim().replace(/^"(.*)"$/, "$1");
  return path.startsWith("a/") || path.startsWith("b/") ? path.slice(2) : path;
};

export function patchedPaths(text: string): Patched[] {
  const out: Patched[] = [];
  let old: string | undefined;
  for (const line of text.split("\n")) {
    const trimmed = line.trimStart();
    const header = HEADERS.find(([start]) => trimmed.startsWith(start));
    if (header) out.push({ path: trimmed.slice(header[0].length).trim(), access: header[1] });
    else if (line.startsWith("--- ")) old = stripped(line.slice(4));
    else if (line.startsWith("+++ ")) {
      const name = stripped(line.slice(4));
      if (name !== "/dev/null") out.push({ path: name, access: "write" });
      else if (old !== undefined) out.push({ path: old, access: "delete" });
    }
  }
  return out;
}
