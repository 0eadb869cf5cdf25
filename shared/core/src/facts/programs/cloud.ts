// cloud.ts — clients of clouds, infrastructure and vaults: what they look at, change and take down, by the verb of the call

import {
  addHost,
  type Call,
  database,
  has,
  looksOnly,
  operandText,
  optionValues,
  raise,
  runs,
  touches,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import type { Word } from "../shell/word.ts";
import { READING_VERBS, readSql } from "../sql.ts";
import { LOOKING, LOSING } from "./verbs.ts";

/** What is looked at is a secret itself. */
const SECRET =
  /secret|password|token|credential|access-key|key-pair|sas|connection-string|kubeconfig|print-access|decrypt|private-key|api-keys?/;

/** The same for aws, whose services are named for what they keep: only these calls hand the value out. */
const AWS_SECRET =
  /secret-value|login-password|session-token|authorization-token|federation-token|credentials|decrypt|assume-role|data-key|password-data/;
const showsSecret = (call: Call, verb: string, all: string): boolean =>
  call.program === "aws"
    ? AWS_SECRET.test(verb) || has(call, "with-decryption", "include-value", "include-values")
    : // A list of secrets is a list of names.
      SECRET.test(verb === "list" ? all.replaceAll(/\bsecrets?\b/g, "") : all);

/** `DescribeInstances` is `describe-instances` to those who read verbs. */
const kebab = (verb: string): string =>
  /^[A-Z][a-z]+[A-Z]/.test(verb) ? verb.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase() : verb;

function byVerb(call: Call): void {
  const verb = kebab(call.subs.at(-1) ?? "");
  const all = call.subs.join(" ");
  if (call.subs.some((word, index) => index > 0 && LOSING.test(word)) || LOSING.test(verb))
    raise(call, "blocked-by-default");
  else if (LOOKING.test(verb) && !showsSecret(call, verb, all)) looksOnly(call);
}

const AWS =
  "--region=R; --profile=P; --output=F; --query=Q; --endpoint-url=<url>; --no-verify-ssl; --no-paginate; --debug; --no-cli-pager; --cli-input-json=J; --cli-input-yaml=Y; --generate-cli-skeleton[=T]; --ca-bundle=<read>; --no-sign-request; --color=W; --page-size=N; --max-items=N; --starting-token=T; --dry-run; --dryrun; --recursive; --force; --include=P; --exclude=P; --acl=A; --delete; --quiet; --only-show-errors; --sse[=T]; --sse-kms-key-id=K; --follow; --since=T; --yes; --body=<read>; --template-file=<read>; --template-body=T; --zip-file=F; --user-data=<read>; --bucket=B; --key=K; --instance-ids=I; --table-name=T; --db-instance-identifier=I; --stack-name=S; --function-name=F; --name=N; --names=N; --secret-id=S; --with-decryption; --user-name=U; --role-name=R; --policy-arn=P; --cluster=C; --service=S; --filters=F; --parameters=P; --tags=T; --capabilities=C; --no-fail-on-empty-changeset; --skip-final-snapshot; --force-delete-without-recovery; --recovery-window-in-days=N; --key-id=K; --pending-window-in-days=N; --summarize; --human-readable; --outfile=<write>";

/** `aws s3 cp|sync|mv|rm`: paths and buckets. */
function readS3(call: Call): void {
  const verb = call.subs[1] ?? "";
  const [from, to] = call.operands;
  const away = (word: Word | undefined): boolean => /^(s3|gs):\/\//.test(word?.text ?? word?.known ?? "");
  if (!["cp", "mv", "sync", "rm", "rb"].includes(verb)) return;
  if (has(call, "dryrun")) {
    looksOnly(call);
    return;
  }
  if (from && to) {
    if (!away(from)) touches(call, from, "read", { deep: verb === "sync" || has(call, "recursive") });
    if (!away(to)) touches(call, to, "write", { deep: true });
    if (away(to) && !away(from)) for (const word of [to]) bucket(call, word, true);
    if (verb === "mv" && !away(from)) touches(call, from, "delete", { deep: true });
    if (has(call, "delete")) {
      raise(call, "blocked-by-default");
      if (!away(to)) touches(call, to, "delete", { deep: true });
    }
  }
}
function bucket(call: Call, word: Word, upload: boolean): void {
  addHost(
    call.reading,
    call.atom,
    word.raw,
    { host: "", zone: "unknown", scheme: (word.text ?? word.known).split(":", 1)[0]! },
    upload,
  );
}

/** `bq query 'drop table x'`: a statement looks only where its verb does. */
function readQuery(call: Call): void {
  for (const word of call.operands) readSql(word, (fact) => database(call, fact));
  if (call.atom.databases.some(({ verb }) => !READING_VERBS.has(verb))) call.base = undefined;
}

const GROUPS = new Set(
  "list describe log create delete get update set add remove get-iam-policy set-iam-policy add-iam-policy-binding remove-iam-policy-binding deploy ssh scp start stop reset restart resize run submit login logout print-access-token revoke activate-service-account export import connect show purge restore undelete cp mv rm ls cat rsync sync tail read write enable disable patch import-image move rotate destroy access assign exec invoke call rb mb du hash compose browse build query mk load extract".split(
    " ",
  ),
);
const CLOUD =
  "--project=P; --region=R; --zone=Z; --location -l=L; --format=F; --filter=F; -q --quiet; --account=A; --configuration=C; --impersonate-service-account=A; --verbosity=V; --limit=N; --sort-by=S; -g --resource-group=G; -n --name=N; --subscription=S; -o --output=F; --query=Q; -y --yes; --no-wait; --ids=I; --force; --async; --source=<source>; --image=I; --command=<shell>; --file -f=<read>; --parameters -p=P; --template-file=<read>; --resource=R; --account-name=A; --container-name -c=C; --vault-name=V; --all; --recursive -r; --type=T; --flatten=F; --uri; --member=M; --role=R; --data-file=<read>; --machine-type=M; --cluster=C; --namespace=N; --allow-unauthenticated; --set-env-vars=E; --env-vars-file=<read>; --update-env-vars=E; --max-instances=N; --memory=M; --port=P; --platform=P; --tag=T; --config=<config>; --secret=S; --version=V; --keyring=K; --value=V; --slot=S; --src=<read>; --destination -d=D; --scripts=<shell>; --command-id=C; --username -u=U; --password=P; --service-principal; --tenant=T; --delete-data-disks";

const TERRAFORM =
  "-auto-approve; -target=T; -var=V; -var-file=<read>; -state=<edit>; -out=<write>; -input=B; -lock=B; -refresh=B; -destroy; -chdir=<chdir>; -parallelism=N; -upgrade; -reconfigure; -migrate-state; -backend-config=C; -no-color; -json; -replace=T; -recursive; -check; -diff; -write; -force; -force-copy; -plugin-dir=<run>; -from-module=<source>; -lockfile=M; -compact-warnings; -detailed-exitcode; -refresh-only; -raw; -state-out=<write>; -backup=<write>; -allow-missing; -or-create; -ignore-remote-version; -generate-config-out=<write>";

export const clouds: Record<string, Program> = {
  "aws awslocal": {
    options: AWS,
    subs: { max: 2 },
    effects: (call) => {
      byVerb(call);
      if (call.subs[0] === "s3") readS3(call);
      if (call.subs[0] === "s3api" && /^put-object$/.test(call.subs[1] ?? ""))
        addHost(call.reading, call.atom, "s3", { host: "", zone: "unknown", scheme: "s3" }, true);
      for (const word of [
        ...optionValues(call, "cli-input-json"),
        ...optionValues(call, "template-body"),
        ...optionValues(call, "zip-file"),
      ]) {
        const file = /^fileb?:\/\/(.*)$/.exec(word.text ?? "")?.[1];
        if (file) touches(call, { ...word, raw: file, text: file, known: file }, "read");
      }
      if (call.subs[0] === "configure" && /^(list|get)$/.test(call.subs[1] ?? "")) looksOnly(call);
      else if (call.subs[0] === "configure")
        touches(call, { raw: "~/.aws/config", text: "~/.aws/config", known: "~/.aws/config", glob: false }, "write");
      if (call.subs[0] === "ssm" && /^(send-command|start-session)$/.test(call.subs[1] ?? "")) runs(call, "remote");
    },
  },
  "gcloud az gsutil bq doctl ibmcloud oci aliyun linode-cli hcloud tccli scw exo civo vultr-cli openstack": {
    options: CLOUD,
    subs: { max: 6, until: GROUPS },
    effects: (call) => {
      byVerb(call);
      // `gcloud run services list`: here `run` is the name of a group.
      if (
        call.program === "gcloud" &&
        call.subs.join(" ") === "run" &&
        /^(services|revisions|jobs|configurations|regions)$/.test(operandText(call, 0)) &&
        LOOKING.test(operandText(call, 1))
      )
        looksOnly(call);
      if (call.program === "bq" && call.subs.includes("query")) readQuery(call);
      if (/^(gsutil)$/.test(call.program) || call.subs[0] === "storage") {
        call.subs.unshift("s3");
        readS3(call);
        call.subs.shift();
      }
      if (call.subs.includes("ssh") || call.subs.includes("run-command") || call.subs.includes("invoke"))
        runs(call, "remote");
    },
  },
  "terraform tofu terragrunt cdktf": {
    style: "single",
    options: TERRAFORM,
    sub: {
      "version validate show output graph providers metadata": { class: "safe" },
      plan: { runs: "build-tool" },
      "init get": { runs: "package" },
      fmt: {
        effects: (call) => {
          if (!has(call, "check")) touches(call, { raw: ".", text: ".", known: ".", glob: false }, "write");
          else looksOnly(call);
        },
      },
      apply: {
        runs: "build-tool",
        effects: (call) => {
          if (has(call, "destroy")) raise(call, "blocked-by-default");
        },
      },
      destroy: { class: "blocked", runs: "build-tool" },
      "run-all": {
        sub: {
          "plan init": { runs: "build-tool" },
          "validate output show graph providers hclfmt render-json": { class: "safe" },
        },
        runs: "build-tool",
        effects: (call) => {
          if (
            !/^(plan|init|validate|output|show|graph|providers|hclfmt|render-json)$/.test(
              call.subs[1] ?? operandText(call, 0),
            )
          )
            raise(call, "blocked-by-default");
        },
      },
      "state workspace": {
        sub: {
          "list show pull": { class: "safe" },
          "rm mv push replace-provider delete": { class: "blocked" },
          "new select": {},
        },
      },
      "taint untaint import force-unlock refresh login logout test console": { class: "warn" },
    },
  },
  pulumi: {
    options:
      "-s --stack=S; -y --yes; -f --skip-preview; -C --cwd=<chdir>; -t --target=T; --refresh; -d --diff; -p=N; --config=C; --json; --force; -m=M; --non-interactive; --preserve-config",
    sub: {
      "preview about whoami version logs": { class: "safe", runs: "build-tool" },
      "up update": { runs: "build-tool" },
      "destroy|down|dn cancel": { class: "blocked", runs: "build-tool" },
      "stack state config": {
        subs: { max: 1 },
        effects: (call) => {
          if (/^(rm|delete|unprotect|remove)$/.test(call.subs[1] ?? "")) raise(call, "blocked-by-default");
        },
      },
    },
  },
  "vault bao": {
    options:
      "-address=<url>; -token=T; -format=F; -field=F; -namespace=N; -mount=M; -force; -f; -recursive; -path=P; -description=T; -ttl=T; -policy=P; -version=V; -versions=V; -method=M; -no-store; -self; -accessor=A; -mode=M; -prefix; -sync",
    style: "single",
    subs: {
      max: 3,
      until: new Set([
        "read",
        "write",
        "delete",
        "list",
        "get",
        "put",
        "patch",
        "undelete",
        "destroy",
        "rollback",
        "enable",
        "disable",
        "tune",
        "move",
        "revoke",
        "renew",
        "lookup",
        "create",
        "seal",
        "unseal",
        "init",
        "status",
        "login",
        "rekey",
        "rotate",
        "deregister",
        "register",
        "info",
      ]),
    },
    effects: (call) => {
      const all = call.subs.join(" ");
      if (
        /\b(delete|destroy|disable|revoke|seal|rekey|rotate|deregister|generate-root|step-down|remove-peer|move)\b/.test(
          all,
        )
      )
        raise(call, "blocked-by-default");
      else if (
        /^(status|list|kv list|kv metadata get|auth list|secrets list|policy list|policy read|token lookup|version|print)/.test(
          all,
        )
      )
        looksOnly(call);
    },
  },
  "op bw lpass pass gopass doppler infisical sops age teller keepassxc-cli security secret-tool kwallet-query": {
    subs: { max: 2 },
    options:
      "-d --decrypt; -e --encrypt; -i --in-place; -o --output=<write>; -p --project=P; -c --config=C; --vault=V; --format=F; -f --force; -r --recipient=R; -w; -g; -a=A; -s=S; --field=F; --reveal; --env-file=<read>",
    effects: (call) => {
      const all = call.subs.join(" ");
      if (/\b(delete|rm|remove|destroy|purge|archive|revoke)\b/.test(all) || /^delete-/.test(call.subs[0] ?? ""))
        raise(call, "blocked-by-default");
      if (/\brun\b/.test(all)) {
        const at = call.words.findIndex((word) => word.text === "--");
        if (at >= 0) call.nested.words(call.words.slice(at + 1), `${call.program} run`);
      }
      if (call.program === "sops" || call.program === "age") {
        for (const word of call.operands) touches(call, word, "read");
      }
    },
  },
  "consul nomad etcdctl zkcli boundary waypoint": {
    subs: { max: 2 },
    options:
      "-force; -yes; -purge; -recurse; --prefix; --from-key; -address=<url>; -token=T; -detach; -datacenter=D; --endpoints=<host>; -all",
    style: "single",
    effects: (call) => {
      const all = call.subs.join(" ");
      if (
        /\b(delete|del|rm|purge|stop|leave|force-leave|deregister|remove|destroy|drain|gc|defrag|snapshot restore|system)\b/.test(
          all,
        )
      )
        raise(call, "blocked-by-default");
      else if (/\b(get|list|status|members|info|read|catalog|version|logs|endpoint)\b/.test(all)) looksOnly(call);
      if (/\bexec\b/.test(all)) runs(call, "remote");
    },
  },
};
