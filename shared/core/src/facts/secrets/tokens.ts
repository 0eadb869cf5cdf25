// tokens.ts — secrets that say themselves what they are: a prefix, an alphabet, a length; one a line, as a table

/** Alphabets: `x` hex, `a` letters and digits, `A` capitals and digits, `w` word characters and `-`, `b` base64, `t` word, `-`, `.`, `~`, `+`, `/`, `=`. */
export type Alphabet = "x" | "a" | "A" | "w" | "b" | "t";

export interface Token {
  kind: string;
  prefix: string;
  alphabet: Alphabet;
  min: number;
}

const TABLE: readonly (readonly [kind: string, alphabet: Alphabet, min: number, prefixes: string])[] = [
  // clouds
  ["aws-access-key", "A", 16, "AKIA ASIA ABIA ACCA AGPA AIDA AROA ANPA"],
  ["gcp-api-key", "w", 35, "AIza"],
  ["gcp-oauth-token", "w", 20, "ya29."],
  ["gcp-oauth-secret", "w", 24, "GOCSPX-"],
  ["azure-storage-key", "b", 60, "AccountKey="],
  ["azure-shared-access", "t", 20, "SharedAccessKey= SharedAccessSignature="],
  ["alibaba-access-key", "a", 18, "LTAI"],
  ["tencent-secret-id", "a", 32, "AKID"],
  ["digitalocean-token", "x", 64, "dop_v1_ doo_v1_ dor_v1_"],
  ["linode-token", "x", 60, "linode_"],
  ["fly-token", "t", 30, "fo1_ fm1_ fm2_"],
  ["heroku-token", "w", 30, "HRKU-"],
  ["cloudflare-token", "w", 37, "v1.0-"],
  ["planetscale-token", "w", 30, "pscale_tkn_ pscale_pw_ pscale_oauth_"],
  ["supabase-token", "x", 40, "sbp_"],
  ["databricks-token", "x", 32, "dapi"],
  ["signed-url", "t", 40, "sig="],
  ["signed-url", "x", 64, "X-Amz-Signature= X-Goog-Signature="],
  ["tailscale-key", "w", 20, "tskey-"],
  ["vercel-token", "a", 20, "vcp_ vck_"],
  ["neon-token", "w", 30, "napi_"],
  // forges and registries
  ["github-token", "a", 36, "ghp_ gho_ ghu_ ghs_ ghr_"],
  ["github-token", "w", 22, "github_pat_"],
  ["gitlab-token", "w", 20, "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glffct-"],
  ["bitbucket-token", "w", 20, "ATBB"],
  ["npm-token", "a", 36, "npm_"],
  ["pypi-token", "w", 50, "pypi-"],
  ["rubygems-token", "x", 48, "rubygems_"],
  ["crates-token", "a", 32, "cio"],
  ["docker-token", "w", 20, "dckr_pat_ dckr_oat_"],
  ["artifactory-token", "a", 60, "AKCp cmVmdGtu"],
  ["nuget-key", "a", 43, "oy2"],
  // payment and commerce
  ["stripe-key", "a", 16, "sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_"],
  ["stripe-webhook-secret", "b", 20, "whsec_"],
  ["square-token", "w", 22, "sq0atp- sq0csp- sq0idp- EAAAE"],
  ["shopify-token", "x", 32, "shpat_ shpss_ shpca_ shppa_"],
  ["braintree-token", "x", 32, "access_token$production$ access_token$sandbox$"],
  ["flutterwave-key", "w", 20, "FLWSECK-"],
  ["razorpay-key", "a", 14, "rzp_live_"],
  // model providers
  ["anthropic-key", "w", 20, "sk-ant-"],
  ["openai-key", "w", 20, "sk-proj- sk-svcacct- sk-admin- sk-None-"],
  ["openrouter-key", "x", 48, "sk-or-v1-"],
  ["openai-key", "a", 32, "sk-"],
  ["huggingface-token", "a", 30, "hf_"],
  ["replicate-token", "a", 36, "r8_"],
  ["groq-key", "a", 40, "gsk_"],
  ["perplexity-key", "a", 40, "pplx-"],
  ["xai-key", "a", 60, "xai-"],
  ["langsmith-key", "a", 32, "lsv2_pt_ lsv2_sk_ ls__"],
  ["nvidia-key", "w", 60, "nvapi-"],
  // messages and mail
  ["slack-token", "w", 10, "xoxb- xoxa- xoxp- xoxr- xoxs- xoxo- xoxd- xoxe- xoxc- xapp- xoxe.xoxp-"],
  ["slack-webhook", "t", 20, "hooks.slack.com/services/ hooks.slack.com/workflows/"],
  ["discord-webhook", "t", 40, "discord.com/api/webhooks/ discordapp.com/api/webhooks/"],
  ["sendgrid-key", "t", 60, "SG."],
  ["mailgun-key", "x", 32, "key-"],
  ["postmark-token", "w", 30, "POSTMARK"],
  ["brevo-key", "w", 64, "xkeysib- xsmtpsib-"],
  ["twilio-key", "x", 32, "AC SK"],
  ["telegram-token", "w", 30, "bot"],
  // work and watching
  ["atlassian-token", "t", 50, "ATATT3 ATCTT3"],
  ["linear-key", "a", 32, "lin_api_ lin_oauth_"],
  ["notion-token", "a", 40, "secret_ ntn_"],
  ["figma-token", "w", 35, "figd_ figu_"],
  ["airtable-token", "t", 70, "pat"],
  ["asana-token", "w", 30, "0/"],
  ["postman-key", "w", 40, "PMAK- PMAT-"],
  ["newrelic-key", "A", 27, "NRAK- NRJS- NRII- NRAA-"],
  ["grafana-token", "w", 32, "glsa_ glc_"],
  ["sentry-token", "t", 30, "sntrys_ sntryu_"],
  ["dynatrace-token", "t", 60, "dt0c01. dt0s01."],
  ["datadog-key", "x", 30, "ddp_ ddapp_"],
  ["contentful-token", "w", 40, "CFPAT-"],
  ["typeform-token", "w", 40, "tfp_"],
  ["doppler-token", "a", 40, "dp.pt. dp.st. dp.ct. dp.sa. dp.scim."],
  ["vault-token", "w", 20, "hvs. hvb. hvr."],
  ["terraform-token", "t", 60, "atlasv1."],
  ["pulumi-token", "x", 40, "pul-"],
  ["launchdarkly-key", "w", 32, "sdk- api-"],
  ["mapbox-token", "t", 60, "sk.eyJ"],
  ["dropbox-token", "w", 60, "sl."],
  ["facebook-token", "a", 60, "EAAC EAAB EAAG"],
  ["easypost-key", "a", 54, "EZAK EZTK"],
  ["shippo-token", "x", 40, "shippo_live_ shippo_test_"],
  ["clojars-token", "x", 60, "CLOJARS_"],
  ["prefect-token", "a", 36, "pnu_ pnb_"],
  ["readme-key", "a", 70, "rdme_"],
  ["1password-token", "b", 200, "ops_eyJ"],
  ["age-key", "A", 58, "AGE-SECRET-KEY-1"],
];

export const TOKENS: readonly Token[] = TABLE.flatMap(([kind, alphabet, min, prefixes]) =>
  prefixes.split(" ").map((prefix) => ({ kind, prefix, alphabet, min })),
);

/** Character classes as bits, for the first 128 code points. */
export const BIT: Record<Alphabet, number> = { x: 1, a: 2, A: 4, w: 8, b: 16, t: 32 };
export const CLASSES = new Uint8Array(128);
for (let code = 33; code < 127; code++) {
  const char = String.fromCharCode(code);
  let bits = 0;
  if (/[0-9a-fA-F]/.test(char)) bits |= BIT.x;
  if (/[0-9A-Za-z]/.test(char)) bits |= BIT.a;
  if (/[0-9A-Z]/.test(char)) bits |= BIT.A;
  if (/[0-9A-Za-z_-]/.test(char)) bits |= BIT.w;
  if (/[0-9A-Za-z+/=]/.test(char)) bits |= BIT.b;
  if (/[0-9A-Za-z_.~+/=%-]/.test(char)) bits |= BIT.t;
  CLASSES[code] = bits;
}

/** Two first characters of a prefix to the tokens that begin so: a table, so that a text is walked once. */
export const BY_START: (Token[] | undefined)[] = new Array<Token[] | undefined>(128 * 128).fill(undefined);
for (const token of TOKENS) {
  const key = token.prefix.charCodeAt(0) * 128 + token.prefix.charCodeAt(1);
  const list = BY_START[key];
  if (list) list.push(token);
  else BY_START[key] = [token];
}
// The longest prefix first: `sk-ant-` before `sk-`.
for (const list of BY_START) list?.sort((a, b) => b.prefix.length - a.prefix.length);

/** The same as bits, with the `ey` of a JWT: small enough to stay at hand while a text is walked. */
const STARTS = new Uint32Array(128 * 4);
const admit = (first: number, second: number): void => {
  STARTS[first * 4 + (second >> 5)]! |= 1 << (second & 31);
};
for (const { prefix } of TOKENS) admit(prefix.charCodeAt(0), prefix.charCodeAt(1));
admit(101, 121);

/** May a token begin with these two characters? */
export const startsToken = (first: number, second: number): boolean =>
  second < 128 && (STARTS[first * 4 + (second >> 5)]! & (1 << (second & 31))) !== 0;
