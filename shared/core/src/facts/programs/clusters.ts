// clusters.ts — kubectl, helm and what stands around them: what is looked at, changed, taken down

import type { Atom } from "@holdpoint/wire/facts.ts";
import {
  type Call,
  has,
  looksOnly,
  opaque,
  operandText,
  optionValue,
  raise,
  reachesRemote,
  runs,
  touchesHere,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { literal, type Word } from "../shell/word.ts";
import { pushed } from "./containers.ts";

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

/** `--dry-run=none` is none. */
const isDry = (call: Call): boolean => /^(client|server)$/.test(optionValue(call, "dry-run")?.text ?? "");

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
  } else if (!isDry(call) && (/^(delete|drain|cordon|taint|replace|evict)$/.test(verb) || has(call, "force")))
    raise(call, "blocked-by-default");
  if (isDry(call)) call.base = "warn";
}
/** The variables of a container are where its secrets lie. */
const onlyLooks = (atom: Atom): boolean =>
  atom.class === "safe" && atom.opaque.length === 0 && !/^(env|printenv|export|set|declare)$/.test(atom.program ?? "");

function readKubeExec(call: Call): void {
  runs(call, "container");
  const dashes = call.words.findIndex((word) => word.text === "--");
  let command: readonly Word[] = dashes >= 0 ? call.words.slice(dashes + 1) : call.operands.slice(1);
  if (dashes >= 0) call.operands.length = Math.max(0, call.operands.length - command.length);
  if (command.length === 0 && call.subs[0] === "exec") runs(call, "shell");
  while (command[0]?.text?.startsWith("-")) command = command.slice(1);
  const before = call.reading.atoms.length;
  call.nested.words(command, `${call.program} ${call.subs[0]}`, "elsewhere");
  const inside = call.reading.atoms.slice(before);
  // As with ssh: what only looks in there changes nothing.
  if (inside.length > 0 && inside.every(onlyLooks)) {
    looksOnly(call);
    call.atom.runsCode.length = 0;
  }
}

const HELM =
  "-n --namespace=N; --kube-context=C; --kubeconfig=<config>; --debug; -f --values=<source>; --set=V; --set-string=V; --set-file=V; --version=V; --repo=<url>; --create-namespace; --wait; --timeout=T; --atomic; --dry-run[=M]; --force; -i --install; --reuse-values; --reset-values; -o --output=F; -A --all-namespaces; --keep-history; --no-hooks; --history-max=N; -q --short; --post-renderer=<shell>; --username=U; --password=P; -d --destination=<into>; --untar; --devel; --description=T; --cascade=M; --revision=N; --all; --max=N; -l --selector=S; -g --generate-name; --cleanup-on-fail; --skip-crds; --include-crds; --validate; --output-dir=<into>; --show-only=S";

export const clusters: Record<string, Program> = {
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
      cp: {
        options: "-c --container=C; --no-preserve; --retries=N",
        effects: (call) => {
          const last = call.operands.length - 1;
          for (const [i, word] of call.operands.entries()) {
            // `namespace/pod:path` is a pod's path as well.
            const pod = /^[\w.-]+\/([\w.-]+:.*)$/s.exec(word.text ?? "")?.[1];
            reachesRemote(call, pod === undefined ? word : literal(pod, word.raw), i === last ? "write" : "read", {
              deep: true,
            });
          }
        },
      },
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
