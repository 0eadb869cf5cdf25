// hosts.ts — host names against lists of them: `example.com`, `*.example.com` (any depth below it)

export function hostListed(host: string, list: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return list.some((each) => (each.startsWith("*.") ? name.endsWith(each.slice(1)) : name === each));
}

/** Places where code is fetched from and pushed to every day; more come from configuration. */
export const everydayHosts: readonly string[] = [
  "github.com",
  "*.github.com",
  "*.githubusercontent.com",
  "gitlab.com",
  "bitbucket.org",
  "codeberg.org",
];

/** Where a kind of secret is at home: sending it there is what it is for. Matched by the beginning of the kind. */
export const secretHomes: readonly (readonly [string, readonly string[]])[] = [
  ["github", ["github.com", "*.github.com"]],
  ["gitlab", ["gitlab.com", "*.gitlab.com"]],
  ["aws", ["*.amazonaws.com"]],
  ["gcp", ["*.googleapis.com"]],
  ["google", ["*.googleapis.com"]],
  ["azure", ["*.azure.com", "*.windows.net", "login.microsoftonline.com"]],
  ["openai", ["api.openai.com"]],
  ["anthropic", ["api.anthropic.com"]],
  ["slack", ["slack.com", "*.slack.com"]],
  ["stripe", ["api.stripe.com"]],
  ["sendgrid", ["api.sendgrid.com"]],
  ["twilio", ["*.twilio.com"]],
  ["discord", ["discord.com", "discordapp.com"]],
  ["telegram", ["api.telegram.org"]],
  ["huggingface", ["huggingface.co", "*.huggingface.co"]],
  ["bitbucket", ["bitbucket.org", "*.bitbucket.org"]],
  ["digitalocean", ["*.digitalocean.com"]],
  ["heroku", ["*.heroku.com"]],
  ["fly", ["*.fly.io", "fly.io", "*.machines.dev"]],
  ["cloudflare", ["*.cloudflare.com"]],
  ["vercel", ["*.vercel.com"]],
  ["supabase", ["*.supabase.com", "*.supabase.co"]],
  ["databricks", ["*.databricks.com", "*.azuredatabricks.net"]],
  ["atlassian", ["*.atlassian.com", "*.atlassian.net"]],
  ["linear", ["api.linear.app"]],
  ["notion", ["api.notion.com"]],
  ["figma", ["api.figma.com"]],
  ["postman", ["api.getpostman.com"]],
  ["newrelic", ["*.newrelic.com", "*.nr-data.net"]],
  ["grafana", ["*.grafana.net", "grafana.com"]],
  ["sentry", ["sentry.io", "*.sentry.io"]],
  ["datadog", ["*.datadoghq.com", "*.datadoghq.eu"]],
  ["shopify", ["*.myshopify.com"]],
  ["mailgun", ["*.mailgun.net"]],
  ["openrouter", ["openrouter.ai"]],
  ["replicate", ["api.replicate.com"]],
  ["groq", ["api.groq.com"]],
];
