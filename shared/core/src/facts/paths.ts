// paths.ts — lexical normal form of a path: no file system is asked, and nothing a path can say is left standing

/**
 * Where relative paths begin. `.` when the action names no folder; more than one when a `cd` may have failed;
 * none when a `cd` went somewhere that only the run knows.
 */
export interface Place {
  cwds: readonly string[];
  home: string | undefined;
  /** the folder of the action itself, wherever a `cd` went since */
  workspace?: string | undefined;
  /** what the text itself has set so far */
  variables?: ReadonlyMap<string, object>;
}

const isDrive = (text: string): boolean => text.charCodeAt(1) === 58 && /^[A-Za-z]:[\\/]/.test(text);

/** Percent escapes of a `file://` URL; a broken one is kept as it stands. */
function unescapeUrl(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function plain(text: string): string {
  let path = text;
  if (path.startsWith("file:")) {
    path = path.slice(5);
    if (path.startsWith("//")) {
      const slash = path.indexOf("/", 2);
      path = slash < 0 ? "/" : path.slice(slash);
    }
    path = unescapeUrl(path);
  }
  // `\\?\C:\x` is `C:\x`, and `\\server\share` lies on another machine.
  const shared = path.startsWith("\\\\");
  if (shared) path = path.replace(/^\\\\[?.]\\(?:UNC(?=\\)|)/i, "");
  // A backslash is a separator only where the text itself uses it as one: `..\`, `\..`, `C:\`, `\\server`.
  if (shared || (path.includes("\\") && (path.includes("..\\") || path.includes("\\..") || isDrive(path))))
    path = path.replaceAll("\\", "/");
  return path;
}

/** Is the part that begins there empty, `.` or `..`? */
function isEmptyPart(path: string, from: number): boolean {
  let at = from;
  while (at < path.length && at < from + 2 && path.charCodeAt(at) === 46) at++;
  return at === path.length || path.charCodeAt(at) === 47;
}

function needsWork(path: string): boolean {
  if (path.charCodeAt(0) !== 47 && isEmptyPart(path, 0)) return true;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) if (isEmptyPart(path, at + 1)) return true;
  return false;
}

/** `.`, `..`, `//` and a trailing slash taken away. A relative path may begin with `..`. */
export function collapse(path: string): string {
  if (!needsWork(path)) return path === "" ? "." : path;
  const absolute = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!absolute) kept.push("..");
  }
  const joined = kept.join("/");
  if (absolute) return `/${joined}`;
  return joined === "" ? "." : joined;
}

/** Other names of the same place: the process's own view of the tree, and macOS's private roots. */
function sameElsewhere(path: string, cwd: string | undefined): string {
  const second = path.charCodeAt(1);
  // Only /proc, /private and /System can be meant below.
  if (second !== 112 && second !== 83) return path;
  if (path.startsWith("/proc/")) {
    const seen = /^\/proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?\/(root|cwd)(?=\/|$)/.exec(path);
    if (seen) {
      const rest = path.slice(seen[0].length);
      if (seen[1] === "root") return collapse(rest === "" ? "/" : rest);
      if (cwd !== undefined) return collapse(cwd + rest);
    }
  }
  if (path.startsWith("/private/") && /^\/private\/(etc|tmp|var)(\/|$)/.test(path)) return path.slice(8);
  if (path.startsWith("/System/Volumes/Data/")) return path.slice(20);
  return path;
}

/** `~`, `~/x`, `~name/x` where a shell or a tool would expand them. */
function expandHome(path: string, place: Place): string {
  if (path === "~" || path.startsWith("~/")) {
    if (place.home === undefined) return path;
    return place.home + path.slice(1);
  }
  const slash = path.indexOf("/");
  const user = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const rest = slash < 0 ? "" : path.slice(slash);
  if (user === "+" && place.cwds.length > 0) return place.cwds[0] + rest;
  if (!/^[a-z_][a-z0-9_-]*$/i.test(user)) return path;
  return (user === "root" ? "/root" : `/home/${user}`) + rest;
}

/** Every place that `text` may name, normal; more than one only where `place` has more than one cwd. */
export function locate(text: string, place: Place, tilde = true): string[] {
  let path = plain(text);
  if (tilde && path.charCodeAt(0) === 126) path = expandHome(path, place);
  if (path.charCodeAt(0) === 47 || isDrive(path)) return [sameElsewhere(collapse(path), place.cwds[0])];
  if (path.charCodeAt(0) === 126 && tilde) return [collapse(path)];
  if (place.cwds.length === 0) return [collapse(path)];
  if (place.cwds.length === 1) return [joined(place.cwds[0]!, path)];
  return place.cwds.map((cwd) => joined(cwd, path));
}

/** Most paths are plain names below a plain folder, which is put before one path after the other. */
function joined(cwd: string, path: string): string {
  if (!isPlain(cwd)) return sameElsewhere(collapse(`${cwd}/${path}`), cwd);
  const rest = withoutDots(path);
  if (rest === "") return sameElsewhere(cwd, cwd);
  const whole = `${cwd}/${rest}`;
  return sameElsewhere(needsWork(rest) ? collapse(whole) : whole, cwd);
}

/** `./src/` is `src`, and the folder itself is nothing. */
function withoutDots(path: string): string {
  let from = 0;
  let to = path.length;
  if (path === "." || to === 0) return "";
  while (to > 0 && path.charCodeAt(to - 1) === 47) to--;
  while (from < to && (path.charCodeAt(from) === 47 || path.startsWith("./", from)))
    from += path.charCodeAt(from) === 47 ? 1 : 2;
  return from === 0 && to === path.length ? path : path.slice(from, to);
}

let plainFolder = "";
function isPlain(folder: string): boolean {
  if (folder === plainFolder) return folder !== "";
  if (folder === "" || folder.endsWith("/") || needsWork(folder)) return false;
  plainFolder = folder;
  return true;
}

export const isAbsolute = (path: string): boolean => path.startsWith("/") || path.startsWith("~") || isDrive(path);

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

export const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);

const DEVICES = new Set(
  "null stdin stdout stderr tty zero full urandom random".split(" ").map((name) => `/dev/${name}`),
);
/** Devices that hold nothing: naming them touches no file. */
export const isHarmlessDevice = (path: string): boolean =>
  (path.charCodeAt(1) === 100 && path.startsWith("/dev/") && (DEVICES.has(path) || path.startsWith("/dev/fd/"))) ||
  (path.startsWith("/proc/") && /^\/proc\/(self|thread-self)\/fd\/\d+$/.test(path));

/** Does it look like a path, where nothing says so? Deliberately eager: a wrong yes costs a question, a wrong no a leak. */
export function looksLikePath(text: string): boolean {
  if (text.length === 0 || text.length > 4096 || text.includes("\n")) return false;
  const first = text.charCodeAt(0);
  if (first === 47 || first === 126) return true;
  if (text.includes("://")) return text.startsWith("file:");
  if (first === 46) return text.length > 1;
  if (text.includes("/")) return !/\s/.test(text);
  return isDrive(text) || /^[\w.@+-]+\.[A-Za-z][A-Za-z0-9]{0,7}$/.test(text);
}
