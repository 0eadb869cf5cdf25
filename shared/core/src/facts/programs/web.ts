// web.ts — fetching from the web, and above all what is sent along: curl, wget and their kin

import type { CommandClass } from "@holdpoint/wire/facts.ts";
import { addHost, type Call, carries, has, optionValue, optionValues, raise, reachesUrl, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import { namedHost } from "../hosts.ts";
import { literal, type Output, type Word } from "../shell/word.ts";

const network = (): Output => ({ kind: "network" });

const SENDS = [
  "data",
  "data-raw",
  "data-binary",
  "data-urlencode",
  "data-ascii",
  "form",
  "form-string",
  "upload-file",
  "json",
  "url-query",
  "mail-rcpt",
];
const HEADERS = ["header", "user-agent", "cookie", "referer"];
/** `$(cat notes)`: the output of a command, and not a variable. */
const printed = (word: Word): boolean => word.text === null && /\$\(|`/.test(word.raw);
/** What is removed from another machine is gone there; on this one it is a server under work, or a store with rules of its own. */
const removes = (call: Call, method: string): CommandClass =>
  method === "DELETE" && call.atom.hosts.some(({ zone }) => zone !== "loopback") ? "blocked-by-default" : "warn";
const METHODS_THAT_READ = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** `@file` and `name=@file`, `name=<file`: what curl and its kin send from files. */
function sentFiles(call: Call, words: readonly Word[], form: boolean): void {
  for (const word of words) {
    const known = word.text ?? word.known;
    let from = known.startsWith("@") ? 1 : -1;
    if (from < 0 && form) {
      const mark = known.search(/=[@<]/);
      if (mark >= 0) from = mark + 2;
    } else if (from < 0 && known.includes("@") && /^[\w-]+@/.test(known)) from = known.indexOf("@") + 1;
    if (from < 0) continue;
    const path = known
      .slice(from)
      .split(";", 1)[0]!
      .replace(/^"(.*)"$/, "$1");
    if (path === "-" || path === "") continue;
    touches(call, { ...word, raw: path, text: word.text === null ? null : path, known: path }, "read");
  }
}

function readCurl(call: Call): void {
  const method = optionValue(call, "request")?.text?.toUpperCase();
  // `-G` puts data into the address: what was typed is no upload there, what a shell or a file fills in is.
  const sends = has(call, "get")
    ? SENDS.flatMap((name) => optionValues(call, name)).some(
        (word) => carries(call, word) || /^[\w-]*@/.test(word.known),
      )
    : has(call, ...SENDS);
  const uploads = sends || (method !== undefined && !METHODS_THAT_READ.has(method));
  const urls = [...call.operands, ...optionValues(call, "url")];
  for (const url of urls) reachesUrl(call, url, uploads);
  for (const name of ["data", "data-binary", "data-urlencode", "data-ascii", "json"])
    sentFiles(call, optionValues(call, name), false);
  sentFiles(call, optionValues(call, "form"), true);
  for (const header of optionValues(call, "header"))
    if (header.text?.startsWith("@")) touches(call, literal(header.text.slice(1)), "read");
  // A URL that a shell filled in carries whatever that was; a header carries what a command printed into it.
  if (
    call.operands.some((word) => word.known !== "" && carries(call, word)) ||
    HEADERS.some((name) => optionValues(call, name).some(printed))
  )
    for (const host of call.atom.hosts) host.upload = true;
  if (has(call, "remote-name", "remote-name-all")) {
    const folder = optionValue(call, "output-dir");
    for (const url of urls) touches(call, folder ?? literal(lastSegment(url)), "write");
  }
  if (method && !METHODS_THAT_READ.has(method)) raise(call, removes(call, method));
  const output = has(call, "output", "remote-name", "remote-name-all", "cookie-jar", "dump-header", "trace");
  if (uploads || output || has(call, "config")) raise(call, "warn");
  for (const [name] of optionValues(call, "resolve").map((word) => (word.text ?? "").split(":").slice(2)))
    if (name) addHost(call.reading, call.atom, name, namedHost(name));
  for (const word of optionValues(call, "connect-to")) {
    const host = (word.text ?? "").split(":")[2];
    if (host) addHost(call.reading, call.atom, host, namedHost(host), uploads);
  }
}

const lastSegment = (url: Word): string => {
  const text = (url.text ?? url.known).split(/[?#]/, 1)[0]!;
  const path = text.slice(text.indexOf("://") < 0 ? 0 : text.indexOf("://") + 3);
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === "" || !path.includes("/") ? "index.html" : name;
};

function readWget(call: Call): void {
  const method = optionValue(call, "method")?.text?.toUpperCase();
  const uploads =
    has(call, "post-data", "post-file", "body-data", "body-file") ||
    (method !== undefined && !METHODS_THAT_READ.has(method));
  for (const url of call.operands) reachesUrl(call, url, uploads || (url.known !== "" && carries(call, url)));
  if (has(call, "spider")) return;
  const document = optionValue(call, "output-document");
  if (document?.text === "-") return;
  if (document) return;
  const folder = optionValue(call, "directory-prefix");
  for (const url of call.operands)
    touches(call, folder ?? literal(lastSegment(url)), "write", { deep: has(call, "recursive", "mirror") });
}

function readHttpie(call: Call): void {
  const words = [...call.operands];
  const method = /^[A-Z]+$/.test(words[0]?.text ?? "") ? words.shift()!.text! : undefined;
  if (method) {
    const word = literal(method);
    call.options.set("request", word);
    call.values.set("request", [word]);
  }
  const [url, ...items] = words;
  const data = items.some(
    (item) =>
      /[^=:]:?=|@/.test(item.text ?? "=") && !/^[\w-]+:[^=]/.test(item.text ?? "=") && !/==/.test(item.text ?? "="),
  );
  const uploads = data || (method !== undefined && !METHODS_THAT_READ.has(method)) || call.stdin !== undefined;
  // `:8000/x` is short for this machine.
  if (url) reachesUrl(call, url.text?.startsWith(":") ? literal(`http://localhost${url.text}`) : url, uploads);
  if (method) raise(call, removes(call, method));
  sentFiles(call, items, true);
  for (const item of items) {
    const at = /^[\w-]+@(.+)$/.exec(item.text ?? "");
    if (at) touches(call, literal(at[1]!), "read");
  }
}

export const web: Record<string, Program> = {
  curl: {
    options: `
      -X --request=METHOD; -d --data=TEXT; --data-raw=TEXT; --data-binary=TEXT; --data-urlencode=TEXT; --data-ascii=TEXT; -F --form=TEXT; --form-string=TEXT; -T --upload-file=<read>; --json=TEXT; --url=URL; --url-query=TEXT
      -o --output=<write>; -O --remote-name; --remote-name-all; -J --remote-header-name; --output-dir=<into>; --create-dirs; -D --dump-header=<write>; -c --cookie-jar=<write>; -b --cookie=TEXT; --trace=<write>; --trace-ascii=<write>; --stderr=<write>
      -H --header=TEXT; -A --user-agent=TEXT; -e --referer=URL; -u --user=CREDENTIALS; --oauth2-bearer=TOKEN; -K --config=<config>; -n --netrc; --netrc-file=<read>
      -L --location; -s --silent; -S --show-error; -f --fail; -v --verbose; -i --include; -I --head; -k --insecure; -G --get; -g --globoff; -N --no-buffer; -q --disable; -Z --parallel; -# --progress-bar; -4; -6; -0; -1; -2; -3; -R --remote-time; -a --append; -j; -l; -p; --compressed; --http1.1; --http2; --fail-with-body; --no-progress-meter; --ssl-no-revoke; --proto=P; --tlsv1.2
      -x --proxy=<host>; --proxy-user=C; --socks5=<host>; --socks5-hostname=<host>; --socks4=<host>; --preproxy=<host>; --interface=I; --resolve=R; --connect-to=C; --unix-socket=<read>; --dns-servers=A
      -E --cert=FILE; --key=FILE; --cacert=<read>; --capath=<read>; --cert-type=T; --pass=P
      -m --max-time=N; --connect-timeout=N; --retry=N; --retry-delay=N; --retry-max-time=N; --retry-all-errors; --retry-connrefused; --limit-rate=N; --max-filesize=N; -w --write-out=F; -r --range=R; -C --continue-at=N; -z --time-cond=T; -Y=N; -y=N; -t=O; -P=A; -Q --quote=T; -U=C; --keepalive-time=N; --max-redirs=N; --aws-sigv4=T; --mail-from=A; --mail-rcpt=A; --ciphers=L; --doh-url=<url>; --variable=V; --engine=E
    `,
    class: "safe",
    effects: readCurl,
    prints: network,
  },
  "wget wget2": {
    options: `
      -O --output-document=<write>; -P --directory-prefix=<into>; -o --output-file=<write>; -a --append-output=<write>; --post-data=TEXT; --post-file=<read>; --body-data=TEXT; --body-file=<read>; --method=METHOD
      -q --quiet; -v --verbose; -nv --no-verbose; -c --continue; -r --recursive; -l --level=N; -m --mirror; -k --convert-links; -p --page-requisites; -np --no-parent; -nc --no-clobber; -N --timestamping; -b --background; -S --server-response; -E; -H; -e --execute=TEXT; -i --input-file=<read>; -B --base=URL
      --header=TEXT; --user=U; --password=P; --http-user=U; --http-password=P; -U --user-agent=T; --referer=U; --no-check-certificate; --ca-certificate=<read>; --certificate=<read>; --private-key=<read>; --load-cookies=<read>; --save-cookies=<write>; --spider; -t --tries=N; -T --timeout=N; -w --wait=N; --limit-rate=N; -A --accept=L; -R --reject=L; -D --domains=L; -nd --no-directories; -nH; --cut-dirs=N; --show-progress; --content-disposition; -Q=N; --random-wait; --restrict-file-names=M; --no-cache; --use-askpass=<shell>; --config=<config>; --max-redirect=N; -X=L; -I=L; -4; -6; --no-proxy; --warc-file=<write>; --trust-server-names; --adjust-extension; --span-hosts; --reject-regex=R; --accept-regex=R; --secure-protocol=P; --no-host-directories
    `,
    effects: readWget,
    prints: network,
  },
  "http https xh xhs httpie": {
    options:
      "-v --verbose; -h --headers; -b --body; -p --print=W; -j --json; -f --form; -a --auth=C; -A --auth-type=T; -o --output=<write>; -d --download; --session=<edit>; --session-read-only=<read>; --verify=V; --timeout=N; -F --follow; --check-status; -s --style=S; --pretty=P; --proxy=P; --cert=<read>; --cert-key=<read>; --ignore-stdin; --offline; -m --multipart; --raw=T; -c; -q; -I; -S; --stream; --default-scheme=S",
    effects: readHttpie,
    prints: network,
  },
  "aria2c axel": {
    use: "<url>...",
    options:
      "-o --out --output=<write>; -d --dir=<into>; -x=N; -s=N; -n=N; -i=<read>; -j=N; -c; -q; -Z; --header=T; --seed-time=N; -k=N; -T=<read>; --on-download-start=<run>; --on-download-complete=<run>; --on-download-error=<run>; --on-download-stop=<run>; --on-download-pause=<run>; --on-bt-download-complete=<run>; --conf-path=<config>",
    effects: (call) => {
      if (!optionValue(call, "dir") && !has(call, "out", "output")) touches(call, literal("."), "write");
    },
    prints: network,
  },
  "lynx w3m links elinks": {
    use: "<url>",
    class: "safe",
    options: "-dump; -source; -dump_source; -T=T; -listonly; -post_data; -cmd_script=<run>",
    style: "single",
    prints: network,
  },
};
