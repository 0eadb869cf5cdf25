// package-names.ts — well-known packages, and how far a name is from them: one slip of a finger is how typosquats live

/** Names that people mean. A name in here is never a typosquat of another one. */
const WELL_KNOWN: Readonly<Record<"js" | "python" | "rust", readonly string[]>> = {
  js: [
    ..."express react preact react-dom next vue svelte angular lodash axios chalk commander typescript webpack rollup vite esbuild babel eslint prettier".split(
      " ",
    ),
    ..."jest vitest mocha chai sinon playwright puppeteer cypress fastify koa hapi hono socket.io mongoose sequelize prisma typeorm knex".split(
      " ",
    ),
    ..."dotenv moment dayjs uuid nanoid yargs inquirer request node-fetch undici cross-env nodemon ts-node tsx rimraf glob minimist".split(
      " ",
    ),
    ..."electron redux zustand tailwindcss postcss sass bcrypt jsonwebtoken passport helmet cors zod ajv rxjs three d3 debug semver".split(
      " ",
    ),
  ],
  python: [
    ..."requests numpy pandas flask django fastapi uvicorn gunicorn scipy matplotlib pillow pytest black ruff mypy pylint".split(
      " ",
    ),
    ..."boto3 botocore urllib3 cryptography pyyaml jinja2 click rich typer pydantic sqlalchemy alembic celery redis psycopg2 pymongo".split(
      " ",
    ),
    ..."tensorflow torch transformers keras openai anthropic langchain beautifulsoup4 selenium scrapy setuptools virtualenv tqdm attrs certifi".split(
      " ",
    ),
  ],
  rust: "serde serde_json tokio clap rand reqwest anyhow thiserror tracing regex hyper axum actix-web diesel sqlx chrono uuid futures rayon itertools".split(
    " ",
  ),
};
export type Ecosystem = keyof typeof WELL_KNOWN;

/** Shorter names are one letter from half the dictionary. */
const COMPARED_CHARS_MIN = 5;

/** True when one insertion, deletion, substitution or swap of neighbours turns one into the other. */
export function oneSlip(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [restA, restB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}

/** The well-known name that this one may be a slip of. */
export function slipOf(name: string, ecosystem: Ecosystem): string | undefined {
  const plain = name.toLowerCase();
  const known = WELL_KNOWN[ecosystem];
  if (plain.length < COMPARED_CHARS_MIN || known.includes(plain)) return undefined;
  const joined = plain.replaceAll(/[-_.]/g, "");
  return known.find(
    (each) =>
      each.length >= COMPARED_CHARS_MIN &&
      (oneSlip(plain, each) || (joined === each.replaceAll(/[-_.]/g, "") && plain !== each)),
  );
}
