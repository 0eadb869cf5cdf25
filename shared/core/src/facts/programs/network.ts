// network.ts — programs that reach other machines: what they fetch, and above all what they send

import {
  addHost,
  type Call,
  has,
  looksOnly,
  opaque,
  operandText,
  optionValue,
  optionValues,
  raise,
  reachesHost,
  reachesUrl,
  runs,
  touches,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { namedHost } from "../hosts.ts";
import { join, literal, type Output, type Word } from "../shell/word.ts";

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
  const sends = has(call, ...SENDS) && !has(call, "get");
  const uploads =
    sends || (method !== undefined && !METHODS_THAT_READ.has(method)) || (has(call, "get") && has(call, ...SENDS));
  const urls = [...call.operands, ...optionValues(call, "url")];
  for (const url of urls) reachesUrl(call, url, uploads);
  for (const name of ["data", "data-binary", "data-urlencode", "data-ascii", "json"])
    sentFiles(call, optionValues(call, name), false);
  sentFiles(call, optionValues(call, "form"), true);
  for (const header of optionValues(call, "header"))
    if (header.text?.startsWith("@")) touches(call, literal(header.text.slice(1)), "read");
  // A URL that a shell filled in carries whatever that was.
  if (call.operands.some((word) => word.text === null && word.known !== ""))
    for (const host of call.atom.hosts) host.upload = true;
  if (has(call, "remote-name", "remote-name-all")) {
    const folder = optionValue(call, "output-dir");
    for (const url of urls) touches(call, folder ?? literal(lastSegment(url)), "write");
  }
  if (method && !METHODS_THAT_READ.has(method)) raise(call, method === "DELETE" ? "blocked-by-default" : "warn");
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
  for (const url of call.operands) reachesUrl(call, url, uploads);
  if (has(call, "spider")) return;
  const document = optionValue(call, "output-document");
  if (document?.text === "-") return;
  if (document) return;
  const folder = optionValue(call, "directory-prefix");
  for (const url of call.operands)
    touches(call, folder ?? literal(lastSegment(url)), "write", { deep: has(call, "recursive", "mirror") });
}

/** ssh: `host command…` runs there; options may name commands that run here. */
function readSsh(call: Call): void {
  const [host, ...command] = call.rest;
  for (const option of optionValues(call, "o")) {
    const text = option.text ?? option.known;
    const found =
      /^\s*(ProxyCommand|LocalCommand|KnownHostsCommand|PermitLocalCommand|Match|ProxyUseFdpass|PKCS11Provider|SecurityKeyProvider|XAuthLocation|Include|RemoteCommand)\s*[= ]\s*(.*)$/is.exec(
        text,
      );
    if (!found) continue;
    runs(call, "option");
    if (/command$/i.test(found[1]!) && found[2] && !/^(none|yes|no)$/i.test(found[2]))
      call.nested.shell(
        { ...option, text: option.text === null ? null : found[2], known: found[2] },
        call.program,
        found[1]!.toLowerCase() === "remotecommand" ? "elsewhere" : undefined,
      );
  }
  if (!host) return;
  call.operands.push(host, ...command);
  const sends = command.length > 0 || call.stdin !== undefined || has(call, "R", "D", "w");
  reachesHost(call, host, "ssh", sends || undefined);
  for (const jump of optionValues(call, "J")) reachesHost(call, jump, "ssh");
  // Options may follow the host.
  let from = 0;
  while (from < command.length && /^-[a-zA-Z]$/.test(command[from]!.text ?? ""))
    from += /^-[bcDEeFIiJLlmOopQRSWw]$/.test(command[from]!.text!) ? 2 : 1;
  const rest = command.slice(from);
  if (rest.length > 0) call.nested.shell(join(rest), call.program, "elsewhere");
  else if (!has(call, "N", "T", "f", "G", "V", "O") && call.stdin === undefined) runs(call, "remote");
  else if (call.stdin !== undefined) {
    runs(call, "remote");
    if (call.stdin.kind === "text") call.nested.shell(literal(call.stdin.text), call.program, "elsewhere");
    else opaque(call, "another machine runs what it is sent");
  }
}

/** nc, socat: a raw line to somewhere; `-e` and `EXEC:` hand it a program. */
function readNetcat(call: Call): void {
  const listens = has(call, "listen", "l");
  if (has(call, "exec", "sh-exec", "lua-exec", "c", "e")) {
    runs(call, "remote");
    raise(call, "blocked-by-default");
    opaque(call, "a program is given to whoever connects");
  }
  if (listens) {
    raise(call, "blocked-by-default");
    return;
  }
  const host = call.operands[0];
  // `nc -z` only knocks.
  if (host) reachesHost(call, host, "tcp", has(call, "z") ? undefined : true);
}

function readSocat(call: Call): void {
  for (const word of call.words) {
    const known = word.text ?? word.known;
    if (known.startsWith("-")) continue;
    call.operands.push(word);
    const kind = /^([A-Za-z0-9-]+)[:,]/.exec(known)?.[1]?.toUpperCase() ?? "";
    if (kind === "EXEC" || kind === "SYSTEM" || kind === "SHELL") {
      runs(call, "remote");
      raise(call, "blocked-by-default");
      call.nested.shell(literal(known.slice(kind.length + 1).split(",", 1)[0]!), call.program);
    } else if (/^(TCP|UDP|OPENSSL|SSL|SOCKS|PROXY|SCTP|TCP4|TCP6)/.test(kind) && !kind.includes("LISTEN")) {
      const host = known.slice(kind.length + 1).split(/[:,]/, 1)[0]!;
      addHost(call.reading, call.atom, known, { ...namedHost(host), scheme: "tcp" }, true);
    } else if (/^(OPEN|FILE|CREATE|GOPEN|PIPE)$/.test(kind))
      touches(call, literal(known.slice(kind.length + 1).split(",", 1)[0]!), "write");
  }
}

function readHttpie(call: Call): void {
  const words = [...call.operands];
  const method = /^[A-Z]+$/.test(words[0]?.text ?? "") ? words.shift()!.text! : undefined;
  if (method) {
    const word = literal(method);
    call.options.set("request", word);
    call.values.set("request", [word]);
    if (method === "DELETE") raise(call, "blocked-by-default");
  }
  const [url, ...items] = words;
  const data = items.some(
    (item) =>
      /[^=:]:?=|@/.test(item.text ?? "=") && !/^[\w-]+:[^=]/.test(item.text ?? "=") && !/==/.test(item.text ?? "="),
  );
  const uploads = data || (method !== undefined && !METHODS_THAT_READ.has(method)) || call.stdin !== undefined;
  if (url) reachesUrl(call, url, uploads);
  sentFiles(call, items, true);
  for (const item of items) {
    const at = /^[\w-]+@(.+)$/.exec(item.text ?? "");
    if (at) touches(call, literal(at[1]!), "read");
  }
}

const LOOKUP = (call: Call): void => {
  // A zone transfer asks for everything there is.
  if (call.operands.some((word) => word.text?.toLowerCase() === "axfr")) raise(call, "blocked-by-default");
  const host = call.operands.find((word) => !/^(\+|@|-|[A-Z]+$|axfr$)/.test(word.text ?? "x"));
  if (host) reachesHost(call, host, "dns");
  for (const word of call.operands)
    if (word.text?.startsWith("@")) reachesHost(call, literal(word.text.slice(1)), "dns");
  // A name that a command made up carries data out through DNS.
  if (host?.text === null) for (const fact of call.atom.hosts) fact.upload = true;
};

export const networking: Record<string, Program> = {
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
      "-o --out --output=<write>; -d --dir=<into>; -x=N; -s=N; -n=N; -i=<read>; -j=N; -c; -q; -Z; --header=T; --seed-time=N; -k=N; -T=<read>",
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
  "ssh autossh slogin mosh": {
    stopAtOperand: true,
    options:
      "-i=FILE; -p=PORT; -l=USER; -o=OPTION; -F=<config>; -L=SPEC; -R=SPEC; -D=SPEC; -J=HOST; -W=SPEC; -b=A; -c=C; -E=<write>; -e=C; -I=<run>; -m=M; -O=C; -Q=Q; -S=<read>; -w=T; -B=I; -M; -N; -T; -t; -tt; -f; -n; -q; -v; -vvv; -A; -a; -X; -x; -Y; -C; -G; -g; -K; -k; -V; -4; -6; -y; -s; -P=T; --ssh=<shell>",
    effects: readSsh,
  },
  sshpass: {
    stopAtOperand: true,
    options: "-p=PASSWORD; -f=<read>; -d=FD; -e; -P=PROMPT; -v",
    effects: (call) => call.nested.words(call.rest, call.program),
  },
  scp: {
    use: "<remoteRead>... <remoteWrite>",
    options:
      "-r --recursive; -p; -P=PORT; -i=FILE; -o=OPTION; -F=<config>; -S=<run>; -C; -q; -v; -B; -l=N; -c=C; -J=HOST; -D=<run>; -3; -4; -6; -A; -O; -R; -T; -X=O",
    effects: (call) => {
      for (const option of optionValues(call, "o"))
        if (/command/i.test(option.text ?? "command")) {
          runs(call, "option");
          call.nested.shell(literal((option.text ?? "").replace(/^[^=]*=/, "")), call.program);
        }
    },
  },
  "sftp lftp ftp tftp ncftp ncftpput": {
    use: "<host>",
    options:
      "-b=<run>; -i=<read>; -P=PORT; -o=OPTION; -r; -e=<shell>; -c=TEXT; -f=<run>; -u=C; -p=P; -F=<config>; -n; -q; -v",
    runs: "remote",
    effects: (call) => {
      for (const host of call.atom.hosts) host.upload = true;
    },
  },
  "nc ncat netcat": {
    options:
      "-l --listen; -p=PORT; -e --exec=CMD; -c --sh-exec=CMD; --lua-exec=F; -w=N; -u; -v; -n; -z; -k; -q=N; -s=A; -X=P; -x=A; -U; -N; -C; -i=N; -o=<write>; --ssl; --send-only; --recv-only; -4; -6; -d; -t; -r; -g=G; -I=N; -O=N; -T=K",
    effects: readNetcat,
    prints: network,
  },
  socat: { raw: true, effects: readSocat, prints: network },
  telnet: {
    use: "<host>",
    options: "-l=U; -a; -8; -E; -e=C",
    effects: (call) => {
      for (const host of call.atom.hosts) host.upload = true;
    },
  },
  "ping ping6 traceroute traceroute6 tracepath mtr fping arping": {
    class: "safe",
    use: "<host>",
    options:
      "-c=N; -i=N; -w=N; -W=N; -s=N; -t=N; -I=I; -n; -q; -4; -6; -f; -m=N; -r; -p=P; -M=P; -l=N; -o; -z; -u; -b; -T; -e; -C=N; -g=G; -O; -D; -v; -a; -A",
  },
  "dig nslookup host drill dog kdig whois resolvectl systemd-resolve delv": {
    class: "safe",
    options:
      "-t=T; -p=N; -x=<host>; -h=<host>; -b=A; -f=<read>; -q=N; -c=C; -4; -6; -a; -v; -type=T; -query=T; -y=K; -k=<read>",
    effects: LOOKUP,
  },
  "nmap masscan zmap nikto sqlmap hydra gobuster ffuf dirb wfuzz msfconsole john hashcat aircrack-ng tcpdump tshark wireshark ettercap responder":
    {
      use: "<host>...",
      class: "blocked",
      options:
        "-p=P; -oN=<write>; -oX=<write>; -oA=<write>; -iL=<read>; -w=<write>; -r=<read>; -i=I; -c=N; -u=U; -s=T; -T=N; --script=<run>; -l=U; -P=<read>; -z=<shell>; -G=N; -C=N; -W=N",
      style: "single",
    },
  "mail mailx mutt sendmail msmtp swaks ssmtp s-nail": {
    options:
      "-s=T; -a=<read>; -A=<read>; -c=A; -b=A; -r=A; -t; -S=V; -f=A; --attach=<read>; --to=A; --from=A; --server=H",
    effects: (call) => {
      for (const word of call.operands) {
        const domain = (word.text ?? "").split("@")[1];
        addHost(
          call.reading,
          call.atom,
          word.raw,
          domain ? { ...namedHost(domain), scheme: "mailto" } : { host: "", zone: "unknown", scheme: "mailto" },
          true,
        );
      }
    },
  },
  "ngrok cloudflared localtunnel lt frpc bore pinggy": {
    class: "blocked",
    subs: { max: 2 },
    runs: "remote",
    effects: (call) =>
      addHost(call.reading, call.atom, call.program, { host: "", zone: "unknown", scheme: "tunnel" }, true),
  },
  openssl: {
    subs: { max: 1 },
    style: "single",
    options:
      "-in=<read>; -out=<write>; -inkey=<read>; -key=<read>; -keyout=<write>; -connect=<host>; -CAfile=<read>; -config=<read>; -engine=<run>; -passin=P; -passout=P; -k=P; -K=P; -iv=V; -days=N; -subj=S; -newkey=A; -servername=N; -cert=<read>; -provider=<run>; -rand=<read>; -writerand=<write>; -signature=<read>; -verify=<read>; -sign=<read>; -kfile=<read>; -CA=<read>; -CAkey=<read>; -certfile=<read>; -extfile=<read>; -name=N; -hmac=K; -port=N; -accept=P; -salt; -d; -e; -a; -base64; -noout; -text",
    effects: (call) => {
      const sub = call.subs[0] ?? "";
      if (/^(s_server|ca)$/.test(sub)) raise(call, "warn");
      if (!has(call, "out", "keyout") && !/^(s_client|s_server|ca)$/.test(sub)) looksOnly(call);
      if (sub === "s_client" && call.stdin !== undefined) for (const host of call.atom.hosts) host.upload = true;
    },
  },
  "gpg gpg2": {
    options:
      "-o --output=<write>; -r --recipient=N; -u --local-user=N; -d --decrypt; -e --encrypt; -s --sign; -c --symmetric; --import; --export; --export-secret-keys; --export-secret-subkeys; --delete-keys; --delete-secret-keys; --delete-secret-and-public-key; --list-keys; --list-secret-keys; -k; -K; --keyserver=<host>; --recv-keys; --send-keys; --gen-key; --full-generate-key; --batch; --yes; -a --armor; --homedir=<write>; --passphrase=P; --passphrase-file=<read>; --verify; --dearmor; --fingerprint; --edit-key; -b --detach-sign; --quick-generate-key; --clearsign; --pinentry-mode=M; --photo-viewer=<shell>; --use-agent; --no-default-keyring; --keyring=<edit>; --trust-model=M",
    use: "<read>...",
    effects: (call) => {
      if (
        has(
          call,
          "delete-keys",
          "delete-secret-keys",
          "delete-secret-and-public-key",
          "export-secret-keys",
          "export-secret-subkeys",
        )
      )
        raise(call, "blocked-by-default");
      else if (has(call, "list-keys", "list-secret-keys", "k", "K", "verify", "fingerprint")) looksOnly(call);
    },
  },
  "ssh-keygen ssh-add ssh-copy-id ssh-keyscan": {
    options:
      "-t=T; -b=N; -f=<write>; -C=T; -N=P; -P=P; -i=<read>; -l; -y; -R=<host>; -F=<host>; -e; -p; -q; -D=<run>; -d; -K; -A; -E=H; -H; -m=F; -o; -s=<read>; -I=I; -n=N; -V=V; -z=N; -U; -k; -x; -X; -c; -a=N",
    effects: (call) => {
      if (call.program === "ssh-copy-id" || call.program === "ssh-keyscan")
        for (const word of call.operands) reachesHost(call, word, "ssh", call.program === "ssh-copy-id" || undefined);
      else for (const word of call.operands) touches(call, word, "read");
      if (has(call, "D")) opaque(call, "a library is loaded");
    },
  },
  "croc magic-wormhole wormhole transfer bashupload": {
    subs: { max: 1 },
    use: "<read>...",
    effects: (call) => {
      if (operandText(call, 0) !== "" || call.subs[0] === "send")
        addHost(call.reading, call.atom, call.program, { host: "", zone: "unknown" }, true);
    },
  },
  rclone: {
    subs: { max: 1 },
    use: "<remoteRead>... <remoteWrite>",
    options:
      "-P --progress; -n --dry-run; -i --interactive; --transfers=N; --config=<config>; --exclude=P; --include=P; -v; -q; --max-age=T; --min-age=T; --backup-dir=<write>; --filter=F; --filter-from=<read>; --password-command=<shell>",
    dry: ["dry-run"],
    effects: (call) => {
      const verb = call.subs[0] ?? "";
      if (/^(ls\w*|size|check|cat|tree|about|version|listremotes|md5sum|sha1sum|hashsum|ncdu)$/.test(verb))
        looksOnly(call);
      else if (/^(delete\w*|purge|cleanup|rmdirs?|sync|move\w*|dedupe)$/.test(verb) && !has(call, "dry-run"))
        raise(call, "blocked-by-default");
    },
  },
  nsupdate: { class: "blocked", use: "<run>" },
};
