// secret-files.ts — where secrets lie: one list for every pack, in the words of path patterns

/** A list of patterns as YAML flow text. */
export const list = (patterns: readonly string[]): string =>
  `[${patterns.map((one) => JSON.stringify(one)).join(", ")}]`;

/** Templates without values are what people copy from. */
export const ENV_FILES = [
  "**/.env",
  "**/.env.*",
  "**/*.env",
  "**/.envrc.local",
  "!**/.env.{example,sample,template,dist,defaults,schema,test.example}",
  "!**/{example,sample,template}.env",
];

export const PRIVATE_KEYS = [
  "**/id_{rsa,dsa,ecdsa,ed25519,ecdsa_sk,ed25519_sk,xmss}",
  "~/.ssh/**",
  "**/*.{key,p12,pfx,jks,keystore,ppk,kdbx,pkcs12,p8}",
  "**/*{private,priv,privkey}*.pem",
  "**/*-key.pem",
  "**/key.pem",
  "**/server.pem",
  "/etc/ssl/private/**",
  "/etc/ssh/ssh_host_*_key",
  "~/.gnupg/**",
  "~/.password-store/**",
  "!~/.ssh/{known_hosts,known_hosts.old,config,authorized_keys}",
  "!~/.ssh/*.pub",
  "!**/*.pub",
  "!**/*public*.{key,pem}",
];

export const CLOUD_CREDENTIALS = [
  "~/.aws/**",
  "~/.config/gcloud/**",
  "~/.azure/**",
  "~/.kube/config",
  "**/kubeconfig",
  "~/.docker/config.json",
  "**/.netrc",
  "**/_netrc",
  "~/.npmrc",
  "~/.pypirc",
  "~/.gem/credentials",
  "~/.cargo/credentials*",
  "~/.m2/settings.xml",
  "~/.git-credentials",
  "**/.git-credentials",
  "~/.config/gh/hosts.yml",
  "~/.config/hub",
  "~/.config/glab-cli/**",
  "~/.vault-token",
  "~/.terraform.d/credentials.tfrc.json",
  "~/.terraformrc",
  "~/.pgpass",
  "~/.my.cnf",
  "~/.databrickscfg",
  "~/.snowflake/**",
  "~/.oci/**",
  "~/.config/doctl/**",
  "~/.config/op/**",
  "~/.claude/.credentials.json",
  "~/.codex/auth.json",
  "~/.gemini/oauth_creds.json",
  "**/*service?account*.json",
  "**/application_default_credentials.json",
  "~/.local/share/keyrings/**",
  "~/Library/Keychains/**",
  "~/.mozilla/**",
  "~/.config/{google-chrome,chromium,BraveSoftware}/**",
  "~/Library/Application Support/{Google,Firefox}/**",
];

export const PRODUCTION_SECRETS = [
  "**/{secrets,credentials}.{yaml,yml,json,toml,ini,env,txt,enc}",
  "**/secret.{yaml,yml,json,toml}",
  "**/credentials",
  "**/secrets/{prod,production}.{json,yaml,yml,toml,env,txt}",
  "**/secrets/{prod,production}/**",
  "**/.secrets/**",
  "**/.secrets",
  "/run/secrets/**",
  "/var/run/secrets/**",
  "**/.htpasswd",
  "**/wallet.dat",
  "/etc/shadow",
  "/etc/shadow-",
  "/etc/gshadow",
  "/etc/master.passwd",
  "/proc/*/environ",
  "**/terraform.tfstate",
  "**/terraform.tfstate.backup",
  "**/*.tfvars",
  "**/*.auto.tfvars.json",
];

export const BACKUPS = [
  "**/backup/**",
  "**/backups/**",
  "**/.backup/**",
  "**/.backups/**",
  "**/*.{bak,backup,bkp}",
  // What editors and sed leave beside a file of the workspace is nobody's backup.
  "!./**/*.{bak,bkp}",
  "**/*backup*.{sql,gz,tgz,tar,zip,dump,7z,zst,xz}",
  "**/*.{dump,sql.gz,sql.zst}",
  "**/snapshots/**",
];

/** Folders that hold nothing but secrets: whoever copies one, or what lies around it, copies those. */
export const SECRET_FOLDERS = [
  "~/.{ssh,aws,gnupg,azure,kube,password-store}/**",
  "~/.config/{gcloud,gh,op}/**",
  "/etc/ssl/private/**",
  "/run/secrets/**",
];
