// class.ts — safe, warn or blocked by default: the command classes of seed 002, from what a call was found to do

import type { Atom, CommandClass, PathFact } from "@holdpoint/wire/facts.ts";
import type { Call } from "./call.ts";
import { isAbsolute, isInside, type Place } from "./paths.ts";
import { stricterClass } from "./reading.ts";

const PRIVILEGE = new Set([
  "sudo",
  "doas",
  "su",
  "pkexec",
  "runuser",
  "run0",
  "gosu",
  "su-exec",
  "nsenter",
  "chroot",
  "unshare",
]);
const SYSTEM_ROOTS = new Set("etc usr var run boot bin sbin lib lib64 opt root sys proc dev System Library".split(" "));
const SCRATCH = ["/tmp", "/var/tmp", "/dev/shm"];
/** Each user's own, though below a folder of the system. */
const OWN = [...SCRATCH, "/run/user"];

/** Folders below system roots where work is kept, in containers and by root: a workspace there is a workspace. */
const WORK_ROOTS = ["/root", "/opt", "/usr/src", "/usr/local/src", "/var/www"];

/** The folder of the call counts as a workspace where people keep work; an agent that names `/etc` as its folder gains nothing. */
const isWorkspace = (path: string, { workspace, home }: Place): boolean =>
  (workspace !== undefined &&
    isInside(path, workspace) &&
    WORK_ROOTS.some((root) => workspace.startsWith(`${root}/`))) ||
  (home === "/root" && path.startsWith("/root/"));

function isSystem(path: string, place: Place): boolean {
  if (path.charCodeAt(0) !== 47) return false;
  const end = path.indexOf("/", 1);
  const root = end < 0 ? path.slice(1) : path.slice(1, end);
  if (root === "") return true;
  return SYSTEM_ROOTS.has(root) && !OWN.some((own) => isInside(path, own)) && !isWorkspace(path, place);
}

/** Deletes count as at home inside the folder of the call, the home (not home itself) and scratch folders. */
function deletesElsewhere(fact: PathFact, place: Place): boolean {
  if (fact.dynamic) return true;
  const { path } = fact;
  if (place.workspace !== undefined && place.workspace !== "/" && isInside(path, place.workspace)) return false;
  if (SCRATCH.some((root) => path.startsWith(`${root}/`))) return false;
  if (!isAbsolute(path)) return path.startsWith("..") || path === ".";
  return place.home === undefined || !path.startsWith(`${place.home}/`);
}

/** What these take away is still there, in another place or packed; and a folder that rmdir takes held nothing. */
const KEEPING = new Set(
  "mv rename gzip bzip2 xz lzma lzip zstd compress pigz pbzip2 gunzip bunzip2 unxz unlzma unzstd uncompress rmdir".split(
    " ",
  ),
);

export function classOf(atom: Atom, place: Place, from: CommandClass): CommandClass {
  const least = stricterClass(atom.class, from);
  for (const wrapper of atom.wrappers) if (PRIVILEGE.has(wrapper)) return "blocked-by-default";
  let warns = atom.opaque.length > 0 || atom.runsCode.length > 0 || atom.variables.length > 0;
  for (const { upload, dynamic, zone } of atom.hosts) if (upload || dynamic || zone !== "public") warns = true;
  for (const fact of atom.paths) {
    if (fact.access === "read") continue;
    warns = true;
    if (isSystem(fact.path, place)) return "blocked-by-default";
    if (fact.access === "delete" && !KEEPING.has(atom.program ?? "") && deletesElsewhere(fact, place))
      return "blocked-by-default";
  }
  return warns ? stricterClass(least, "warn") : least;
}

/** Sets the class of the call's atom: never lower than what a table's `then` raised it to. */
export function classify(call: Call, from: CommandClass): void {
  call.atom.class = classOf(call.atom, call.place, from);
}
