// migrations.ts — queues, migrations and seeds: tools of a project that change what it stores

import { addHost, database, has, looksOnly, opaque, raise } from "../call.ts";
import type { Program } from "../grammar.ts";

/** Migrations and seeds: code of the project that changes a database; some verbs begin from nothing. */
const migrates = (loses: RegExp, looks: RegExp): Program => ({
  subs: { max: 2 },
  options:
    "--force; -f --force-reset; --accept-data-loss; --skip-seed; --schema=<config>; -n --name=N; -c --config=<config>; --env=E; -d --dataSource=<config>; --all; --url=<url>; -y; --create-only; --sql; -x=V; --step=N; --to=V; --preview-feature; --config-file=<config>; -configFiles=<config>; -url=U; -cleanDisabled=B; --schema-path=<config>; --noinput --no-input; --database=D; --fake; --run-syncdb; --plan; --check; --dry-run",
  runs: "migration",
  effects: (call) => {
    const all = `${call.subs.join(" ")} ${call.operands.map((word) => word.text ?? "").join(" ")}`;
    if (loses.test(all) || has(call, "force-reset", "accept-data-loss")) {
      database(call, { verb: "drop database", unbounded: true });
      raise(call, "blocked-by-default");
    } else if (looks.test(all)) {
      looksOnly(call);
      call.atom.runsCode.length = 0;
    } else database(call, { verb: "migrate" });
  },
});

export const migrations: Record<string, Program> = {
  "rabbitmqadmin rabbitmqctl kafka-topics kafka-topics.sh kafka-configs kafka-delete-records kafka-delete-records.sh kafka-consumer-groups kafka-consumer-groups.sh kafka-acls kcat kafkacat nats rpk pulsar-admin":
    {
      options:
        "--delete; --list; --describe; --topic=T; --bootstrap-server=<host>; --group=G; --reset-offsets; --alter; --create; -b=<host>; -C; -P; -t=T; -L; --force; -p=V; -n=N; -f; --execute; --dry-run; --to-earliest; --all-topics; --all-groups; --remove; --add; --offset-json-file=<read>",
      subs: { max: 2 },
      effects: (call) => {
        const all = call.subs.join(" ");
        if (
          has(call, "delete", "reset-offsets", "remove") ||
          /\b(delete|purge|reset|force_reset|stop_app|stop|forget_cluster_node|rm|del|delete_vhost|delete_user|delete_queue|shutdown|purge_queue)\b|^delete_/.test(
            all,
          ) ||
          /delete-records/.test(call.program)
        )
          raise(call, "blocked-by-default");
        else if (has(call, "list", "describe", "L") || /^(list|status|show|ls|info)/.test(all)) looksOnly(call);
      },
    },
  prisma: migrates(
    /\bmigrate reset\b|\bdb push .*--force|\bdb execute\b/,
    /^(validate|format|version|generate|studio|migrate status|migrate diff)\b/,
  ),
  alembic: migrates(/\bdowngrade base\b/, /^(history|current|heads|show|branches|check)\b/),
  "knex sequelize sequelize-cli typeorm drizzle-kit mikro-orm node-pg-migrate db-migrate": migrates(
    /\b(rollback --all|db:drop|schema:drop|db:migrate:undo:all|migrate:fresh|drop|migrate:rollback all|schema:fresh|migration:fresh|reset)\b/,
    /\b(migrate:status|migrate:list|db:migrate:status|migration:show|migrate:currentVersion|check|studio)\b/,
  ),
  "flyway liquibase dbmate goose migrate atlas sqitch golang-migrate refinery sqlx diesel": migrates(
    /\b(clean|drop-all|dropAll|drop|reset|down-to 0|down -all|revert|schema clean|database drop|database reset|force)\b/,
    /^(info|status|validate|version|history|migrate status|diff)\b/,
  ),
  "rails rake hanami": {
    runs: "build-tool",
    options: "-e --environment=E; -T --tasks; -P; -n; -f=<config>; --trace; -s; -p=N; -b=A",
    subs: { max: 3 },
    effects: (call) => {
      const all = call.subs.join(" ");
      if (/\bdb:(drop|reset|schema:load|purge|structure:load|migrate:reset|truncate_all|seed:replant)\b/.test(all)) {
        database(call, { verb: "drop database", unbounded: true });
        raise(call, "blocked-by-default");
      } else if (/\bdb:/.test(all)) database(call, { verb: "migrate" });
      if (/^(runner|r)$/.test(call.subs[0] ?? "")) opaque(call, "code that is not read");
      if (has(call, "tasks")) looksOnly(call);
    },
  },
  "django-admin manage.py": {
    runs: "build-tool",
    options:
      "--noinput --no-input; --settings=S; --database=D; --fake; --plan; -v=N; --dry-run; --check; -c --command=CODE",
    subs: { max: 1 },
    effects: (call) => {
      const verb = call.subs[0] ?? "";
      if (
        /^(flush|sqlflush|reset_db|dbshell|delete_stale)/.test(verb) ||
        (verb === "migrate" && call.operands.some((word) => word.text === "zero"))
      ) {
        database(call, { verb: "drop database", unbounded: true });
        raise(call, "blocked-by-default");
      } else if (/^(migrate|loaddata)$/.test(verb)) database(call, { verb: "migrate" });
      if (verb === "shell" && has(call, "command")) opaque(call, "code that is not read");
    },
  },
  artisan: { subs: { max: 1 }, runs: "build-tool", options: "--force; --seed; --env=E; --step=N" },
  "elasticdump curator": {
    runs: "config",
    options: "--input=<source>; --output=<upload>; --config=<config>; --type=T; --limit=N",
    effects: (call) => addHost(call.reading, call.atom, call.program, { host: "", zone: "unknown" }, true),
  },
};
