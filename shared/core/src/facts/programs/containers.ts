// containers.ts — docker and its kin, kubectl, helm: what runs elsewhere, what is taken down

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
  runs,
  touches,
  touchesHere,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { literal, type Word } from "../shell/word.ts";

const RUN = `
  -d --detach; -i --interactive; -t --tty; --rm; --name=NAME; -e --env=VAR; --env-file=<read>; -v --volume=MOUNT; --mount=MOUNT; -p --publish=P; -P --publish-all; -w --workdir=DIR; -u --user=U; --entrypoint=CMD; --network --net=N; --privileged; --cap-add=C; --cap-drop=C; --security-opt=O; --pid=M; --ipc=M; --uts=M; --userns=M; --device=D; -h --hostname=N; --restart=P; -l --label=L; --label-file=<read>; --link=L; --platform=P; --pull=P; --gpus=G; -m --memory=N; --cpus=N; --shm-size=N; --tmpfs=T; --ulimit=U; --read-only; --init; --add-host=H; --dns=A; --expose=P; --log-driver=D; --log-opt=O; --volumes-from=C; --cidfile=<write>; --sig-proxy; --stop-signal=S; --group-add=G; --ip=A; --isolation=I; --runtime=R; --cgroupns=M; --health-cmd=<shell>; --no-healthcheck; --attach -a=S; --sysctl=S; --secret=S; --pod=P; --authfile=<read>; --tls-verify; --userns=M; --detach-keys=K; -q --quiet; --mac-address=M; --network-alias=A; --oom-score-adj=N; --memory-swap=N; --cpuset-cpus=C; --cpu-shares=N; --privileged
`;

/** Mounts of this machine into a container: what runs there reaches them. */
function readMounts(call: Call): void {
  for (const mount of optionValues(call, "volume")) {
    const known = mount.text ?? mount.known;
    const source = known.split(":", 1)[0]!;
    if (!/^[/~.]/.test(source)) continue;
    const readOnly = /:(ro|[^:]*,ro|ro,[^:]*)$/.test(known);
    touches(
      call,
      { ...mount, raw: source, text: mount.text === null && !known.includes(":") ? null : source, known: source },
      readOnly ? "read" : "write",
      { deep: true },
    );
  }
  for (const mount of optionValues(call, "mount")) {
    const known = mount.text ?? mount.known;
    const source = /(?:^|,)(?:source|src)=([^,]*)/.exec(known)?.[1];
    if (!source || !/(^|,)type=bind/.test(known)) continue;
    touches(call, literal(source), /(^|,)(readonly|ro)(,|=true|$)/.test(known) ? "read" : "write", { deep: true });
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
  "pull login logout start stop restart pause unpause attach wait rename update tag export commit kill": {
    options:
      "-a --all; -t --time=N; -s --signal=S; -u --username=U; -p --password=P; --password-stdin; -q --quiet; --platform=P; -o --output=<write>; -m --message=M; -i; --restart=P",
  },
  push: { options: "-a --all-tags; -q --quiet", effects: pushed },
  "load import": { options: "-i --input=<read>; -q; -c=C; -m=M" },
  save: { options: "-o --output=<write>" },
  cp: { use: "<remoteRead> <remoteWrite>", options: "-a --archive; -L --follow-link; -q" },
  "rm rmi": { options: "-f --force; -v --volumes; -l --link; -a --all; --no-prune; -t=N; -i --ignore; --depend" },
  prune: { options: "-a --all; -f --force; --filter=F; --volumes" },
};
function pushed(call: Call): void {
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

const KUBE =
  "-n --namespace=N; --context=C; --cluster=C; --kubeconfig=<config>; --user=U; -s --server=<host>; --token=T; --as=U; --as-group=G; -v=N; --request-timeout=T; --insecure-skip-tls-verify; --certificate-authority=<read>; --cache-dir=D";
const KUBE_WHAT =
  "-f --filename=<source>; -k --kustomize=<read>; -R --recursive; -l --selector=S; --field-selector=S; --all; -A --all-namespaces; -o --output=F; --dry-run[=M]; --force; --grace-period=N; --now; --wait[=B]; --timeout=T; --cascade[=M]; -w --watch; --ignore-not-found; --show-labels; --sort-by=S; -L=L; --prune; --server-side; --type=T; -p --patch=P; --patch-file=<read>; --overwrite; --record; --subresource=S; --field-manager=M; --validate=V; --image=I; --replicas=N; --current-replicas=N; --port=P; --target-port=P; --name=N; --raw=P; -i; --output-watch-events; --no-headers; --from-literal=L; --from-file=<read>; --from-env-file=<read>; --tail=N; --since=T; -c --container=C; --previous; --max-log-requests=N; --all-containers; --timestamps; --show-managed-fields; --allowlist=L; --delete-emptydir-data; --ignore-daemonsets; --disable-eviction; --delete-local-data; --for=C; --to-revision=N; --min=N; --max=N; --cpu-percent=N; -q";
const KUBE_LOOKS = new Set([
  "get",
  "describe",
  "logs",
  "top",
  "explain",
  "api-resources",
  "api-versions",
  "version",
  "cluster-info",
  "events",
  "diff",
  "wait",
  "completion",
  "options",
]);

function readKubectl(call: Call): void {
  const [verb = "", second = ""] = call.subs;
  if (
    KUBE_LOOKS.has(verb) ||
    (verb === "config" && /^(view|get-\w+|current-context)$/.test(second)) ||
    (verb === "auth" && second === "can-i") ||
    (verb === "rollout" && /^(status|history)$/.test(second))
  ) {
    const secret =
      /^(secrets?|secret\/)/.test(operandText(call, 0)) ||
      call.operands.some((word) => /^secrets?(\/|$)/.test(word.text ?? ""));
    if (!secret) looksOnly(call);
    if (verb === "get" && operandText(call, 0) === "" && !has(call, "raw", "filename")) looksOnly(call);
  } else if (/^(delete|drain|cordon|taint|replace|evict)$/.test(verb) || has(call, "force"))
    raise(call, "blocked-by-default");
  if (/^(delete|apply|create|replace|patch|scale|drain|annotate|label|set)$/.test(verb) && has(call, "dry-run"))
    call.base = "warn";
}
function readKubeExec(call: Call): void {
  runs(call, "container");
  const dashes = call.words.findIndex((word) => word.text === "--");
  let command: readonly Word[] = dashes >= 0 ? call.words.slice(dashes + 1) : call.operands.slice(1);
  if (dashes >= 0) call.operands.length = Math.max(0, call.operands.length - command.length);
  if (command.length === 0 && call.subs[0] === "exec") runs(call, "shell");
  while (command[0]?.text?.startsWith("-")) command = command.slice(1);
  call.nested.words(command, `${call.program} ${call.subs[0]}`, "elsewhere");
}

const HELM =
  "-n --namespace=N; --kube-context=C; --kubeconfig=<config>; --debug; -f --values=<source>; --set=V; --set-string=V; --set-file=V; --version=V; --repo=<url>; --create-namespace; --wait; --timeout=T; --atomic; --dry-run[=M]; --force; -i --install; --reuse-values; --reset-values; -o --output=F; -A --all-namespaces; --keep-history; --no-hooks; --history-max=N; -q --short; --post-renderer=<shell>; --username=U; --password=P; -d --destination=<into>; --untar; --devel; --description=T; --cascade=M; --revision=N; --all; --max=N; -l --selector=S; -g --generate-name; --cleanup-on-fail; --skip-crds; --include-crds; --validate; --output-dir=<into>; --show-only=S";

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
  "buildah skopeo ctr crictl lima limactl colima multipass vagrant minikube kind k3d k3s k3sup kubeadm lxc incus machinectl virsh vboxmanage qemu-img":
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
  "kubectl oc k kubecolor microk8s.kubectl": {
    options: `${KUBE}; ${KUBE_WHAT}`,
    sub: {
      exec: {
        options: "-i --stdin; -t --tty; -c --container=C; -q --quiet; --pod-running-timeout=T",
        effects: readKubeExec,
      },
      "run debug": {
        options:
          "-i --stdin; -t --tty; --rm; --image=I; --restart=P; --env=E; --command; --attach; --copy-to=N; --target=C; --labels=L; --overrides=O; --share-processes; --profile=P; --port=P; --expose",
        runs: "container",
        effects: readKubeExec,
      },
      "attach port-forward proxy": { options: "-i; -t; --address=A; --port=P; -c=C", runs: "container" },
      cp: { use: "<remoteRead> <remoteWrite>", options: "-c --container=C; --no-preserve; --retries=N" },
      edit: { runs: "editor" },
      kustomize: { use: "<tree>", class: "safe" },
      "config rollout auth set certificate plugin top adm policy": { subs: { max: 1 } },
      "get describe logs explain api-resources api-versions version cluster-info events diff wait delete apply create replace patch scale autoscale expose label annotate taint cordon uncordon drain completion options evict new-app new-project start-build process whoami project projects login logout status":
        {},
    },
    effects: readKubectl,
  },
  "kustomize kubectx kubens k9s stern kubeval kubeconform kube-score popeye": { class: "safe", subs: { max: 1 } },
  "helm helmfile": {
    options: HELM,
    sub: {
      "list|ls status history search show get version env template lint dependency-list completion help verify diff": {
        class: "safe",
        sub: { "all values manifest hooks notes repo hub chart readme crds": { class: "safe" } },
      },
      "install upgrade rollback test push package create pull fetch": {},
      "uninstall|delete|del|un destroy": { class: "blocked" },
      "repo dependency dep plugin registry": { subs: { max: 1 } },
      "sync apply": {},
    },
    effects: (call) => {
      if (call.subs[0] === "plugin" && call.subs[1] === "install") runs(call, "package");
      if (call.subs[0] === "push") pushed(call);
    },
  },
  "argocd flux istioctl linkerd velero kops eksctl": {
    subs: {
      max: 3,
      until: new Set([
        "list",
        "ls",
        "get",
        "describe",
        "delete",
        "create",
        "version",
        "status",
        "sync",
        "diff",
        "logs",
        "uninstall",
      ]),
    },
    options: `${KUBE}; ${HELM}; -y --yes; --confirm; --cascade; --prune; --name=N; --region=R; --state=S`,
    effects: (call) => {
      if (call.subs.some((word) => /^(delete|uninstall|destroy|purge)$/.test(word))) raise(call, "blocked-by-default");
      else if (call.subs.some((word) => /^(list|ls|get|describe|version|status|diff|logs)$/.test(word)))
        looksOnly(call);
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
  skaffold: {
    subs: { max: 1 },
    runs: "build-tool",
    effects: (call) => {
      if (call.subs[0] === "delete") raise(call, "blocked-by-default");
      if (!call.subs[0]) opaque(call, "skaffold without a command");
    },
  },
  tilt: { subs: { max: 1 }, runs: "build-tool", effects: (call) => touchesHere(call, "read") },
};
