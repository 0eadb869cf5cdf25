// network.ts — programs that reach other machines: shells there, raw lines, names, mail, keys

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
  runs,
  touches,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { namedHost } from "../hosts.ts";
import { join, literal, type Output, unknownWord, type Word } from "../shell/word.ts";

const network = (): Output => ({ kind: "network" });

/** More than a terminal is lent to the other machine: the agent's keys, the screen, ports of this one. */
const lendsMore = (call: Call): boolean =>
  has(call, "A", "Y", "R", "D", "w") ||
  optionValues(call, "o").some(({ text, known }) =>
    /^\s*(ForwardAgent|ForwardX11Trusted|RemoteForward|DynamicForward|Tunnel)\s*[= ]\s*(?!no\b)/i.test(text ?? known),
  );

/** Options may follow the host, and mean the same there. Returns the command behind them. */
function readLateOptions(call: Call, words: readonly Word[]): readonly Word[] {
  let at = 0;
  for (; /^-[a-zA-Z]/.test(words[at]?.text ?? ""); at++) {
    const text = words[at]!.text!;
    for (let i = 1; i < text.length; i++) {
      const letter = text[i]!;
      if (!/[bcDEeFIiJLlmOopQRSWw]/.test(letter)) {
        call.options.set(letter, true);
        continue;
      }
      const value = i + 1 < text.length ? literal(text.slice(i + 1)) : words[++at];
      call.options.set(letter, value ?? true);
      if (value) call.values.set(letter, [...optionValues(call, letter), value]);
      if (/[FI]/.test(letter)) runs(call, "configuration");
      break;
    }
  }
  return words.slice(at);
}

/** ssh: `host command…` runs there; options may name commands that run here. */
function readSsh(call: Call): void {
  const [host, ...after] = call.rest;
  const command = readLateOptions(call, after);
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
  const hosts = call.atom.hosts.length;
  reachesHost(call, host, "ssh");
  for (const jump of optionValues(call, "J")) reachesHost(call, jump, "ssh");
  const rest = command;
  const before = call.reading.atoms.length;
  if (rest.length > 0) call.nested.shell(join(rest), call.program, "elsewhere");
  // What only looks over there carries nothing out; words that only the run knows may.
  const carries =
    rest.some((word) => word.text === null) || call.reading.atoms.slice(before).some((atom) => atom.class !== "safe");
  if (carries || call.stdin !== undefined || has(call, "R", "D", "w"))
    for (const fact of call.atom.hosts.slice(hosts)) fact.upload = true;
  if (rest.length > 0) return;
  // A session says nothing yet: what is typed into it is judged when it is typed.
  if (!has(call, "N", "T", "f", "G", "V", "O") && call.stdin === undefined)
    runs(call, host.text === null || lendsMore(call) ? "remote" : "session");
  else if (call.stdin !== undefined) {
    runs(call, "remote");
    if (call.stdin.kind === "text") call.nested.shell(literal(call.stdin.text), call.program, "elsewhere");
    else opaque(call, "another machine runs what it is sent");
  }
}

/** From a machine to itself: nothing of this one leaves. */
export function betweenOthers(call: Call): void {
  const { hosts, paths } = call.atom;
  const [first] = hosts;
  if (hosts.length < 2 || hosts.length !== call.operands.length || paths.some(({ access }) => access === "read"))
    return;
  if (first!.host === "" || hosts.some((fact) => fact.dynamic || fact.host !== first!.host)) return;
  for (const fact of hosts) delete fact.upload;
}

const LOSING_LINE =
  /^\s*(flush\w*|del|delete|unlink|drop|truncate|shutdown|config\s+set|debug|slaveof|replicaof|kill|disable|remove|purge)\b/im;

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
  // Stores listen to plain lines, on this machine too.
  if (call.stdin?.kind === "text" && LOSING_LINE.test(call.stdin.text)) raise(call, "blocked-by-default");
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
    } else if (/^(OPEN|FILE|CREATE|GOPEN|PIPE|UNIX|UNIX-CLIENT|UNIX-CONNECT)$/.test(kind))
      touches(call, literal(known.slice(kind.length + 1).split(",", 1)[0]!), "write");
    // A bare path is a socket or a file: what listens there is told something.
    else if (kind === "" && known.includes("/")) touches(call, literal(known.split(",", 1)[0]!), "write");
  }
}

const LOOKUP = (call: Call): void => {
  // A zone transfer asks for everything there is.
  if (call.operands.some((word) => word.text?.toLowerCase() === "axfr")) raise(call, "blocked-by-default");
  const host = call.operands.find((word) => !/^(\+|@|-|[A-Z]+$|axfr$)/.test(word.text ?? "x"));
  if (host) reachesHost(call, host, "dns");
  for (const word of call.operands)
    if (word.text?.startsWith("@")) reachesHost(call, literal(word.text.slice(1)), "dns");
  // A name that a command made up carries data out through DNS; a variable of its own is but a name.
  if (host?.text === null && !/^"?\$\{?\w+\}?"?$/.test(host.raw))
    for (const fact of call.atom.hosts) fact.upload = true;
};

const SSH =
  "-i=FILE; -p=PORT; -l=USER; -o=OPTION; -F=<config>; -L=SPEC; -R=SPEC; -D=SPEC; -J=HOST; -W=SPEC; -b=A; -c=C; -E=<write>; -e=C; -I=<run>; -m=M; -O=C; -Q=Q; -S=<read>; -w=T; -B=I; -N; -T; -t; -tt; -f; -n; -q; -v; -vvv; -A; -a; -X; -x; -Y; -C; -G; -g; -K; -k; -V; -4; -6; -y; -s; -P=T; --ssh=<shell>";

export const networking: Record<string, Program> = {
  autossh: { stopAtOperand: true, options: `-M=PORT; ${SSH}`, effects: readSsh },
  "ssh slogin mosh": {
    stopAtOperand: true,
    options: `-M; ${SSH}`,
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
      betweenOthers(call);
      // `scp a $X`: one of the two is elsewhere.
      const last = call.operands.at(-1);
      if (call.atom.hosts.length === 0 && last?.text === null) reachesHost(call, unknownWord(last.raw), "ssh", true);
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
    // A name or a filling that a command made up carries data out.
    effects: (call) => {
      if ([...call.operands, ...optionValues(call, "p")].some((word) => word.text === null && /\$\(|`/.test(word.raw)))
        for (const fact of call.atom.hosts) fact.upload = true;
    },
  },
  "dig nslookup host drill dog kdig whois delv": {
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
      effects: (call) => {
        // What was caught before is read; interfaces are named.
        if (/^(tcpdump|tshark)$/.test(call.program) && has(call, "r", "D") && !has(call, "w", "z")) looksOnly(call);
      },
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
    effects: (call) => {
      if (/^(\w+ )?(list|info|version|help|validate|check|diagnose)$/.test(call.subs.join(" "))) {
        looksOnly(call);
        return;
      }
      runs(call, "remote");
      addHost(call.reading, call.atom, call.program, { host: "", zone: "unknown", scheme: "tunnel" }, true);
    },
  },
  // a command on many machines at once
  "parallel-ssh pssh pdsh clush dsh cssh mussh prsync pscp.pssh parallel-scp": {
    stopAtOperand: true,
    runs: "remote",
    options:
      "-h --hosts=<read>; -H --host=H; -l --user=U; -w=H; -g=G; -x=H; -p --par=N; -t --timeout=N; -o=<into>; -e=<into>; -i --inline; -A; -O=O; -f=N; -R=M; -a; -b; -B; -M; -c",
    effects: (call) => {
      call.operands.push(...call.rest);
      const words = /ssh$|^pdsh$|^clush$|^dsh$/.test(call.program) ? call.rest : [];
      if (words.length > 0) call.nested.shell(join(words), call.program, "elsewhere");
    },
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
      const given = call.stdin?.kind === "file" && call.stdin.word.text === "/dev/null" ? undefined : call.stdin;
      if (sub === "s_client" && given !== undefined) for (const host of call.atom.hosts) host.upload = true;
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
      "-t=T; -b=N; -f=FILE; -C=T; -N=P; -P=P; -i=<read>; -l; -y; -R=<host>; -F=<host>; -e; -p; -q; -D=<run>; -d; -K; -A; -E=H; -H; -m=F; -o; -s=<read>; -I=I; -n=N; -V=V; -z=N; -U; -k; -x; -X; -c; -a=N; -B; -Y=T; -O=O; -w=<run>; -M=T; -L; -Q; -r=T",
    effects: (call) => {
      const file = optionValue(call, "f");
      // A fingerprint, a public key, a look for a host: the file stays as it is.
      const looks = call.program !== "ssh-keygen" || has(call, "l", "B", "y", "e", "F", "L", "Q");
      if (file) touches(call, file, looks ? "read" : "write");
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
      if (call.base === "safe" || has(call, "dry-run")) {
        for (const fact of call.atom.hosts) delete fact.upload;
        return;
      }
      if (/^(delete\w*|purge|cleanup|rmdirs?|sync|move\w*|dedupe)$/.test(verb)) raise(call, "blocked-by-default");
    },
  },
  nsupdate: { class: "blocked", use: "<run>" },
};
