// containers.ts — docker and its kin: what runs elsewhere, what of this machine it reaches, what is taken down

import { addHost, type Call, has, looksOnly, optionValue, optionValues, raise, runs, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import { literal, type Word } from "../shell/word.ts";

const RUN = `
  -d --detach; -i --interactive; -t --tty; --rm; --name=NAME; -e --env=VAR; --env-file=<read>; -v --volume=MOUNT; --mount=MOUNT; -p --publish=P; -P --publish-all; -w --workdir=DIR; -u --user=U; --entrypoint=CMD; --network --net=N; --privileged; --cap-add=C; --cap-drop=C; --security-opt=O; --pid=M; --ipc=M; --uts=M; --userns=M; --device=D; -h --hostname=N; --restart=P; -l --label=L; --label-file=<read>; --link=L; --platform=P; --pull=P; --gpus=G; -m --memory=N; --cpus=N; --shm-size=N; --tmpfs=T; --ulimit=U; --read-only; --init; --add-host=H; --dns=A; --expose=P; --log-driver=D; --log-opt=O; --volumes-from=C; --cidfile=<write>; --sig-proxy; --stop-signal=S; --group-add=G; --ip=A; --isolation=I; --runtime=R; --cgroupns=M; --health-cmd=<shell>; --no-healthcheck; --attach -a=S; --sysctl=S; --secret=S; --pod=P; --authfile=<read>; --tls-verify; --userns=M; --detach-keys=K; -q --quiet; --mac-address=M; --network-alias=A; --oom-score-adj=N; --memory-swap=N; --cpuset-cpus=C; --cpu-shares=N; --privileged
`;

function lends(call: Call, folder: Word, readOnly: boolean): void {
  touches(call, folder, "read", { deep: true });
  if (!readOnly) touches(call, folder, "write", { deep: true });
}

/** Mounts of this machine into a container: what runs there reaches them. */
function readMounts(call: Call): void {
  for (const mount of optionValues(call, "volume")) {
    const known = mount.text ?? mount.known;
    const source = known.split(":", 1)[0]!;
    if (!/^[/~.]/.test(source)) continue;
    const readOnly = /:(ro|[^:]*,ro|ro,[^:]*)$/.test(known);
    const text = mount.text === null && !known.includes(":") ? null : source;
    lends(call, { ...mount, raw: source, text, known: source }, readOnly);
  }
  for (const mount of optionValues(call, "mount")) {
    const known = mount.text ?? mount.known;
    const source = /(?:^|,)(?:source|src)=([^,]*)/.exec(known)?.[1];
    if (!source || !/(^|,)type=bind/.test(known)) continue;
    lends(call, literal(source), /(^|,)(readonly|ro)(,|=true|$)/.test(known));
  }
  if (
    has(call, "privileged", "cap-add", "device") ||
    ["pid", "network", "ipc", "userns", "uts"].some((name) => optionValue(call, name)?.text === "host") ||
    optionValues(call, "security-opt").some((word) => /unconfined|disable/.test(word.text ?? ""))
  )
    raise(call, "blocked-by-default");
  if (
    call.atom.paths.some(
      (path) => path.path === "/var/run/docker.sock" || path.path === "/run/docker.sock" || path.path === "/",
    )
  )
    raise(call, "blocked-by-default");
}

/** `docker run IMAGE cmd…`, `docker exec NAME cmd…`. */
function readRun(call: Call): void {
  readMounts(call);
  const [image, ...command] = call.rest;
  if (image) call.operands.push(image, ...command);
  runs(call, "container");
  const entry = optionValue(call, "entrypoint");
  const words: readonly Word[] = entry?.text ? [entry, ...command] : command;
  if (words[0]?.text?.startsWith("-")) return;
  call.nested.words(words, `${call.program} ${call.subs.at(-1)}`, "elsewhere");
}
const running: Program = { options: RUN, stopAtOperand: true, effects: readRun };

const IMAGES: Record<string, Program> = {
  "ps images version info inspect logs top stats port diff history search events df ls list": {
    class: "safe",
    options:
      "-a --all; -f --filter=F; --format=F; -n --last=N; -q --quiet; --no-trunc; -s --size; --tail=N; --since=T; --until=T; -t --timestamps; --details; --type=T; --follow",
  },
  run: running,
  create: { ...running, effects: readMounts },
  exec: running,
  build: {
    options:
      "-t --tag=T; -f --file=<config>; --build-arg=A; --target=T; --no-cache; --pull; -q --quiet; --platform=P; --push; --load; -o --output=O; --secret=S; --ssh=S; --cache-from=C; --cache-to=C; --progress=P; --network=N; --label=L; --squash; --rm; --build-context=C; --iidfile=<write>",
    runs: "build-tool",
    use: "<tree>",
    effects: (call) => {
      if (has(call, "push")) pushed(call);
    },
  },
  "stop kill": { options: "-t --time=N; -s --signal=S", effects: takesListed },
  "pull login logout start restart pause unpause attach wait rename update tag export commit": {
    options:
      "-a --all; -t --time=N; -s --signal=S; -u --username=U; -p --password=P; --password-stdin; -q --quiet; --platform=P; -o --output=<write>; -m --message=M; -i; --restart=P",
  },
  push: { options: "-a --all-tags; -q --quiet", effects: pushed },
  "load import": { options: "-i --input=<read>; -q; -c=C; -m=M" },
  save: { options: "-o --output=<write>" },
  cp: { use: "<remoteRead> <remoteWrite>", options: "-a --archive; -L --follow-link; -q" },
  "rm rmi": {
    options: "-f --force; -v --volumes; -l --link; -a --all; --no-prune; -t=N; -i --ignore; --depend",
    effects: takesListed,
  },
  prune: { options: "-a --all; -f --force; --filter=F; --volumes" },
};
/** `docker kill $(docker ps -q)`: all there are, whoever they belong to. A variable names one. */
function takesListed(call: Call): void {
  if (call.operands.some(({ text, raw }) => text === null && /\$\(|`|^…$/.test(raw))) raise(call, "blocked-by-default");
}
/** An image leaves for a registry. */
export function pushed(call: Call): void {
  addHost(call.reading, call.atom, `${call.program} push`, { host: "", zone: "unknown", scheme: "registry" }, true);
}
/** `docker volume rm`, `docker system prune`: managed things and what is done to them. */
const managed: Program = {
  sub: {
    "ls list inspect df info events history show ps services top logs": {
      class: "safe",
      options: "-f --filter=F; --format=F; -q --quiet; -a; -v",
    },
    "rm remove prune": { options: "-f --force; -a --all; --filter=F; --volumes" },
    "create connect disconnect update enable disable install upgrade use push pull tag start stop restart join leave init deploy promote demote scale rollback unlock set export import save load switch":
      { options: "-f --force; -o=O; -d --driver=D; --name=N; --label=L; --subnet=S; --from=F" },
    "run exec": running,
    "build bake": IMAGES["build"]!,
    "imagetools du": { class: "safe" },
    cp: IMAGES["cp"]!,
  },
};

const COMPOSE =
  "-f --file=<config>; -p --project-name=N; --profile=P; --env-file=<read>; --project-directory=<chdir>; --ansi=W; --progress=P; --compatibility; --dry-run; --parallel=N";
const compose: Program = {
  options: COMPOSE,
  runs: "container",
  sub: {
    "ps logs images config convert top events port version ls stats": {
      class: "safe",
      options:
        "-f --follow; --tail=N; -q; -a; --services; --format=F; --status=S; -t; --since=T; --no-color; --no-log-prefix",
      effects: (call) => {
        call.atom.runsCode.length = 0;
      },
    },
    up: {
      options:
        "-d --detach; --build; --force-recreate; --remove-orphans; --no-deps; --scale=S; -V; --wait; --pull=P; -t=N; --abort-on-container-exit; --exit-code-from=S; --no-recreate; --no-build; --quiet-pull; -y; --watch",
    },
    down: { options: "-v --volumes; --rmi=W; --remove-orphans; -t --timeout=N" },
    rm: { options: "-f --force; -s --stop; -v --volumes" },
    "build start stop restart pull push create kill pause unpause watch scale wait attach cp commit export publish": {
      options: "--no-cache; --pull; -t=N; -s=S; --build-arg=A; -q; --parallel",
    },
    "run exec": {
      stopAtOperand: true,
      options: `${RUN}; -T; --no-deps; --service-ports; --index=N; --build; --no-TTY; --use-aliases; --quiet-pull; --remove-orphans`,
      effects: readRun,
    },
  },
};

export const containers: Record<string, Program> = {
  "docker podman nerdctl finch": {
    options:
      "-H --host=<host>; -c --context=C; --config=D; -l --log-level=L; -D --debug; --tls; --tlscacert=<read>; --connection=C; --url=<host>; --root=D; -n --namespace=N",
    sub: {
      ...IMAGES,
      compose,
      "volume network image container system builder buildx context manifest plugin secret config service stack swarm node trust checkpoint machine pod generate play kube":
        managed,
      "scout sbom init desktop model mcp": { subs: { max: 1 } },
    },
  },
  "docker-compose podman-compose": compose,
  "buildah skopeo ctr crictl lima limactl colima multipass vagrant minikube kind k3d k3s k3sup kubeadm lxc incus virsh vboxmanage qemu-img":
    {
      subs: { max: 2 },
      runs: "container",
      options: "-f --force; -y --yes; -n=N; --all; -c=<shell>; --name=N; --config=<config>; --purge",
      effects: (call) => {
        const verb = `${call.subs[0]} ${call.subs[1]}`;
        if (
          /^(list|ls|ps|images|info|status|version|inspect|logs|show|global-status|get|dumpxml|dominfo)\b/.test(verb)
        ) {
          looksOnly(call);
          call.atom.runsCode.length = 0;
        }
        if (/\b(delete|destroy|rm|rmi|prune|reset|purge|undefine|unregistervm|down)\b/.test(verb))
          raise(call, "blocked-by-default");
      },
    },
  "docker-machine docker-credential-desktop": {
    subs: { max: 1 },
    effects: (call) => {
      if (/^(ls|status|inspect|ip|config|env|url|version|active|list)$/.test(call.subs[0] ?? "")) looksOnly(call);
      else if (/^(rm|kill|erase)$/.test(call.subs[0] ?? "")) raise(call, "blocked-by-default");
    },
  },
  packer: {
    subs: { max: 1 },
    runs: "build-tool",
    style: "single",
    options: "-var=V; -var-file=<read>; -only=L; -force",
  },
};
