// coding-agent-verb-asks.ts — asks about what is known by its words alone: verbs of any client, names of programs, changes of clouds

import { DESTRUCTIVE_NAMES, DESTRUCTIVE_WORDS, PLAIN_SPOKEN } from "./destructive-words.ts";
import { list } from "./secret-files.ts";
import { CLOUDS } from "./sensitive-code.ts";

export const codingAgentVerbAsks = `  - id: approve-destructive-verbs
    effect: require_approval
    when: { tool: shell, program: ${list(PLAIN_SPOKEN.map((name) => `!${name}`))}, class: [warn, blocked-by-default], words: ${list(DESTRUCTIVE_WORDS)} }
    unless:
      commands:
        - "rclone {sync,move,moveto,delete,purge,cleanup} --dry-run"
        - "restic {forget,prune} --dry-run"
        # a machine or a set of services of one's own, on this machine
        - "{minikube,colima,limactl,multipass,docker-machine,supabase,foreman,overmind} stop"
        - "bw sync"
        - "gh cache delete"
        - "{gh,glab} alias delete"
        - "{gh,glab} extension remove"
        - "{gh,glab} {pr,mr} {merge,close} --delete-branch"
        - "{vagrant,k3d cluster,k3d node} {stop,suspend}"
        - "nix profile remove"
        - "{svelte-kit,astro,cap,ionic} sync"
        - "gh run cancel"
        - "aws s3 {cp,sync} s3:* {.,./*}"
        - "gh repo sync"
        - "pip-sync"
    approval: { role: approver }
    reason: removes, disables or replaces something
    match: ["aws s3 rb s3://bucket", "vault kv delete secret/x", "java -jar cli.jar delete-job x"]
    notMatch: ["npm run clear", "git commit -m delete", "ls delete"]
  - id: approve-destructive-programs
    effect: require_approval
    when: { tool: shell, program: ${list(DESTRUCTIVE_NAMES)} }
    approval: { role: approver }
    reason: is named for taking something away
    match: ["Remove-Item -Recurse C:/data", "clear-disk 1", "delete-tenant acme"]
    notMatch: ["clear", "reset", "Get-Item x"]
  - id: approve-cloud-changes
    effect: require_approval
    when: { program: ${list(CLOUDS)}, class: [warn, blocked-by-default] }
    # What comes from a cloud, and what a client is told about itself, changes nothing there.
    unless: { commands: ["aws s3 {cp,sync} s3:* {.,./*}", "gsutil cp gs:* {.,./*}", "gcloud config {set,unset,configurations}", "gcloud init", "gcloud components {install,update}", "gcloud {topic,feedback,cheat-sheet,survey}", "gcloud auth application-default login", "az config set", "az bicep {build,decompile,format,lint,version,install,upgrade}", "az extension {add,update}", "doctl auth {init,list,switch}", "hcloud context", "aws configure", "aws sso {login,logout}", "gcloud auth login", "az {login,logout}"] }
    approval: { role: infra }
    reason: changes something in a cloud
    match: ["aws sns unsubscribe --subscription-arn x"]
    notMatch: ["aws s3 ls", "aws logs filter-log-events --log-group-name x"]`;
