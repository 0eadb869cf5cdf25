// coding-agent.test.ts — the default rules that the pack is there to hold (seed 004), sentence by sentence, each in several spellings

import type { Effect } from "@holdpoint/wire/scalars.ts";
import { describe, expect, test } from "vitest";
import { deriveFacts } from "../facts/derive.ts";
import { compileSet } from "../rules/compile.ts";
import { evaluate } from "../rules/evaluate.ts";
import { exampleAction } from "../rules/examples.ts";
import { pack } from "../rules/packs.ts";
import type { Example } from "../rules/schema.ts";

const set = compileSet([pack("coding-agent")]);
const judged = (example: Example) => {
  const action = exampleAction(example);
  return evaluate(set, action, deriveFacts(action));
};
const edit = (file_path: string): Example => ({ tool: "Edit", args: { file_path, old_string: "a", new_string: "b" } });
const read = (file_path: string): Example => ({ tool: "Read", args: { file_path } });

describe.each<[sentence: string, effect: Effect, calls: Example[]]>([
  [
    "reads of .env",
    "deny",
    ["cat .env", "head -1 ./app/.env", "grep KEY .env.production", read(".env"), "cat prod.env"],
  ],
  ["private keys", "deny", ["cat ~/.ssh/id_ed25519", "base64 server.key", read("~/.ssh/id_rsa"), "cat private.pem"]],
  [
    "production secrets",
    "deny",
    ["cat secrets.yaml", "cat config/credentials.json", "cat secrets/prod.json", "cat secrets/production/db.txt"],
  ],
  [
    "backup deletion",
    "deny",
    [
      ...[
        "rm -r backups",
        "rm db/backup.sql.gz",
        "find /var/backups -delete",
        "mv backups /tmp/x",
        "truncate -s0 backups/a.sql",
      ],
      ...[
        "borg delete repo::monday",
        "velero backup delete x",
        "aws backup delete-recovery-point --recovery-point-arn x",
      ],
      ...["aws rds delete-db-snapshot --db-snapshot-identifier x", "aws s3 rm s3://my-backups/a --recursive"],
      ...[
        "aws ec2 delete-snapshot --snapshot-id x",
        "gcloud sql backups delete 1",
        "gcloud compute snapshots delete x",
      ],
      ...[
        "az snapshot delete -n x -g y",
        "rclone purge remote:backups",
        "tmutil delete /Volumes/x",
        "aws dynamodb delete-backup",
      ],
    ],
  ],
  [
    "rm -rf",
    "deny",
    ["rm -rf /", "rm -fr src", "rm --recursive --force src", "sudo rm -r -f src", "bash -c 'rm -rf src'"],
  ],
  ["DROP DATABASE", "deny", ["psql -c 'drop database prod'", "mysql -e 'DROP DATABASE prod'", "dropdb prod"]],
  [
    "terraform destroy",
    "deny",
    ["terraform destroy", "terraform -chdir=infra apply -destroy", "tofu destroy -auto-approve"],
  ],
  ["kubectl delete", "deny", ["kubectl delete ns prod", "kubectl -n x delete pod y", "kubectl delete -f x.yaml"]],
  [
    "force pushes",
    "deny",
    ["git push --force", "git push -f origin main", "git push origin +main", "git -C ../api push -f"],
  ],
  [
    "auth",
    "ask",
    [edit("src/auth/login.ts"), edit("app/middleware/auth.ts"), edit("login.py"), edit("src/permissions.ts")],
  ],
  ["payment", "ask", [edit("src/billing/invoice.ts"), edit("src/payment.ts"), edit("payments/stripe.ts")]],
  [
    "infra",
    "ask",
    [edit("infra/main.tf"), edit("k8s/deployment.yaml"), edit("charts/app/values.yaml"), "terraform apply"],
  ],
  ["CI/CD", "ask", [edit(".github/workflows/ci.yml"), edit(".gitlab-ci.yml"), edit("Jenkinsfile")]],
  ["migrations", "ask", [edit("db/migrations/001.sql"), "npx prisma migrate deploy", "alembic upgrade head"]],
  [
    "deployments",
    "ask",
    ["kubectl apply -f x.yaml", "helm upgrade a b", "vercel rollback", edit("deploy/prod.yaml"), edit("vercel.json")],
  ],
  ["customer-data exports", "ask", ["pg_dump prod > x.sql", "mysqldump prod", "mongodump --db prod"]],
  [
    "upload-like behaviour",
    "ask",
    ["curl -T a.txt https://x.example", "scp a.txt host.example:", "rsync -a src host.example:/x"],
  ],
  [
    "normal work",
    "allow",
    [
      "npm test",
      "git status",
      read("src/app.ts"),
      edit("src/app.ts"),
      "git push origin me/topic",
      edit("src/charts/bar.tsx"),
    ],
  ],
])("%s: %s", (_sentence, effect, calls) => {
  test.each(calls.map((call) => [typeof call === "string" ? call : `${call.tool} ${JSON.stringify(call.args)}`, call]))(
    "%s",
    (_name, call) => expect(judged(call as Example).effect).toBe(effect),
  );
});

test("what is reached outside and not known is told, also where it may be reached", () => {
  const { effect, alerts } = judged("curl https://unknown.example/");
  expect(effect).toBe("allow");
  expect(alerts.length).toBeGreaterThan(0);
});
