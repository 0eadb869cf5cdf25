// platforms.ts — forges and platforms: what they show, deploy and take down

import {
  addHost,
  type Call,
  has,
  looksOnly,
  operandText,
  optionValue,
  optionValues,
  raise,
  reachesUrl,
  runs,
  touches,
} from "../call.ts";
import type { Program } from "../grammar.ts";
import { LOOKING, LOSING } from "./verbs.ts";

/** `gh api`, `glab api`: any call of the forge, by its method. */
function readApi(call: Call): void {
  const method = (optionValue(call, "method")?.text ?? "").toUpperCase();
  const sends = has(call, "field", "raw-field", "input");
  const mutation = [...optionValues(call, "raw-field"), ...optionValues(call, "field")]
    .map((word) => /^query=\s*mutation\b(.*)$/s.exec(word.text ?? word.known)?.[1])
    .find((text) => text !== undefined);
  // `deleteRef`, `archiveRepository`: what a mutation is called says what it does.
  if (
    mutation !== undefined &&
    /\b(delete|remove|archive|close|lock|transfer|disable|revoke|unlink|cancel)[A-Z]/.test(mutation)
  )
    raise(call, "blocked-by-default");
  if (method === "DELETE") raise(call, "blocked-by-default");
  else if (method === "" ? sends && operandText(call, 0) !== "graphql" : method !== "GET") raise(call, "warn");
  else if (operandText(call, 0) !== "graphql") looksOnly(call);
  if (/^https?:/.test(operandText(call, 0)) && call.operands[0]) reachesUrl(call, call.operands[0], sends);
}

const FORGE =
  "-R --repo=R; --json=F; -q --jq=Q; -t --title --template=T; -L --limit=N; -s --state=S; -a --assignee=A; -l --label=L; -B --base=B; -H --head --header=T; -b --body=T; -F --body-file --field=T; -f --raw-field=T; -X --method=M; --input=<read>; -w --web; -y --yes --confirm; --admin; -d --delete-branch --draft; -m --merge --milestone=M; --squash; --rebase; -r --reviewer=R; --hostname=H; --paginate; -i --include; --cache=T; -D --dir=<into>; -p --pattern=P; -O --output=<write>; --notes=T; --notes-file=<read>; --generate-notes; --latest; --target=T; --cleanup-tag; --visibility=V; --public; --private; --clone; --source=<read>; --remote=R; --push; -e --env=E; -o --org=O; --ref=R; -A --author=A; --search=S; --log; --log-failed; --exit-status; --auto; --repo-owner=O; -c --comment=T; --reason=R; --filename=F; --desc=T; --secret; --with-token; -u --user; --skip-ssh-key; --force";
const forge: Program = {
  options: FORGE,
  subs: { max: 2 },
  effects: (call) => {
    const [group = "", verb = ""] = call.subs;
    if (group === "api") {
      call.operands.unshift(...call.subs.splice(1).map((text) => ({ raw: text, text, known: text, glob: false })));
      readApi(call);
      return;
    }
    if (/^(delete|remove|archive|rename|transfer|disable|lock|purge)$/.test(verb))
      raise(
        call,
        /^(delete|remove|archive|rename|transfer|purge)$/.test(verb) &&
          /^(repo|release|secret|variable|ssh-key|gpg-key|project|environment|run|workflow|ruleset)$/.test(group)
          ? "blocked-by-default"
          : "warn",
      );
    else if (
      /^(list|view|status|diff|checks|search|browse|ls|watch|show|issues|repos|prs|code|commits|get|trace)$/.test(
        verb,
      ) ||
      group === "status" ||
      group === "search" ||
      group === "browse"
    )
      looksOnly(call);
    if (group === "repo" && verb === "sync" && has(call, "force")) raise(call, "blocked-by-default");
    if (group === "secret" || (group === "auth" && verb === "token")) raise(call, "warn");
    if (/^(extension|alias)$/.test(group)) runs(call, "package");
    const looksAtThem = /^(list|view|logs|ports)$/.test(verb);
    if ((/^(codespace|cs)$/.test(group) && !looksAtThem) || (group === "workflow" && verb === "run"))
      runs(call, "remote");
    if (/^(gist|release)$/.test(group) && /^(create|upload|edit)$/.test(verb)) {
      for (const word of group === "gist" ? call.operands : call.operands.slice(1)) touches(call, word, "read");
      addHost(
        call.reading,
        call.atom,
        `${call.program} ${group}`,
        { host: call.program === "gh" ? "api.github.com" : "gitlab.com", zone: "public", scheme: "https" },
        true,
      );
    }
  },
};

const PLATFORM_OPTIONS =
  "-a --app=A; -y --yes; -f --force; --confirm=N; -r --remote=R; -c --config=<config>; -t --token=T; --prod; -e --env=E; -s --site --scope=S; --json; -o --org --output=F; -d --dir=<tree>; -n --name=N; --project=P; --region=R; --service=S; --cwd=<chdir>; --environment=E; -v; --debug; --stage=S; --detach; --target=T; --build-env=E; --local; --remote; --command=<shell>; --file=<read>; --project-name=N; --branch=B; --outfile=<write>";
/** heroku, fly, vercel, netlify, …: deploys, and takes down. */
const platform: Program = {
  options: PLATFORM_OPTIONS,
  subs: { max: 2 },
  effects: (call) => {
    const words = call.subs.flatMap((word) => word.split(":"));
    if (words.length === 0 && (has(call, "version", "help") || (has(call, "v") && call.options.size === 1))) {
      looksOnly(call);
      return;
    }
    // The second word is a verb, or already the thing it is about: only a group's verb counts.
    if (
      words.some((word) => LOSING.test(word)) ||
      (call.program === "heroku" && /^pg:(reset|restore)|^ps:kill/.test(call.subs[0] ?? ""))
    )
      raise(call, "blocked-by-default");
    else if (
      words.length > 0 &&
      words.every((word, index) => (index === 0 && call.subs.length > 1) || LOOKING.test(word) || index > 1)
    )
      looksOnly(call);
    if (
      words.some((word) => /^(deploy|up|push|publish|promote|run|exec|ssh|console|set|add)$/.test(word)) ||
      words.length === 0
    ) {
      addHost(call.reading, call.atom, call.program, { host: "", zone: "unknown", scheme: "deploy" }, true);
      if (words.some((word) => /^(run|exec|ssh|console)$/.test(word))) runs(call, "remote");
      else runs(call, "build-tool");
    }
  },
};

/** `wrangler d1 execute x --command 'drop table y'`: a statement, not a shell's text. */
const wrangler: Program = {
  ...platform,
  options: PLATFORM_OPTIONS.replace("--command=<shell>", "--command=<sql>"),
  effects: (call) => {
    platform.effects?.(call);
    if (call.subs.includes("execute") && has(call, "file")) runs(call, "script");
  },
};

export const platforms: Record<string, Program> = {
  wrangler,
  gh: forge,
  "glab hub tea": forge,
  "cdk sst serverless sls sam amplify eb chalice zappa ecs-cli": platform,
  "heroku fly flyctl vercel netlify railway render firebase surge now supabase planetscale pscale neon neonctl turso convex expo eas fastlane dokku caprover deployctl stripe auth0 okta sentry-cli datadog shopify twilio pantheon terminus acli platform upsun gridsome":
    platform,
};
