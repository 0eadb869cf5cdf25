// sensitive-code.ts — files whose change deserves a second pair of eyes, by what they decide

const PROSE = "!**/*.{md,mdx,txt,rst,adoc,svg,png}";

export const AUTH_CODE = [
  "**/{auth,authn,authz,authentication,authorization,oauth,oauth2,oidc,sso,saml,iam,rbac,permissions}/**",
  "**/{auth,oauth,oidc,sso,saml,login,signin,password,passwords,jwt,rbac,permissions}.*",
  "**/{auth,oauth,login,session,password,jwt}{-,_,.}*",
  "**/*{-,_,.}{auth,oauth,login,password,jwt}.*",
  PROSE,
];

export const PAYMENT_CODE = [
  "**/{payment,payments,billing,checkout,invoice,invoices,invoicing,payout,payouts,stripe,paypal,braintree}/**",
  "**/{payment,payments,billing,checkout,invoice,payout,stripe,paypal}.*",
  "**/{payment,billing,checkout,invoice,payout,stripe}{-,_,.}*",
  "**/*{-,_,.}{payment,payments,billing,checkout}.*",
  PROSE,
];

export const INFRA_FILES = [
  "**/*.{tf,tfvars,hcl,bicep}",
  "**/{terraform,terragrunt,k8s,kubernetes,helm,infra,infrastructure,ansible,pulumi,cloudformation,argocd}/**",
  "**/{Pulumi,Chart,helmfile,kustomization,skaffold}.{yaml,yml}",
  "**/{serverless,fly,app,render,vercel,netlify}.{toml,yml,yaml}",
  "!**/src/**",
];

export const CI_FILES = [
  "**/.github/{workflows,actions}/**",
  "**/.gitlab-ci.yml",
  "**/.gitlab/**",
  "**/.circleci/**",
  "**/.buildkite/**",
  "**/{.gitea,.forgejo}/workflows/**",
  "**/Jenkinsfile*",
  "**/{azure-pipelines,bitbucket-pipelines,cloudbuild,buildspec,.travis,.drone,appveyor}.{yml,yaml}",
];

export const MIGRATION_FILES = [
  "**/migrations/**",
  "**/migrate/**",
  "**/alembic/versions/**",
  "**/flyway/**",
  "**/liquibase/**",
];

/** Written to, these run by themselves on the next occasion, outside of any build that somebody asked for. */
export const SELF_STARTING = [
  "**/.git/hooks/**",
  "**/.git/config",
  "**/.githooks/**",
  "**/.husky/**",
  "**/.envrc",
  "**/.mcp.json",
  "**/.vscode/**",
  "**/.devcontainer/**",
  "~/.{bashrc,bash_profile,bash_login,bash_logout,bash_aliases,profile,zshrc,zshenv,zprofile,zlogin,kshrc,cshrc,inputrc,vimrc,gitconfig,npmrc,tmux.conf}",
  "~/.config/{fish,nvim,autostart,systemd,git}/**",
  "~/.ssh/{authorized_keys,config,rc,environment}",
  "~/.local/bin/**",
  "~/Library/LaunchAgents/**",
];

/** Made by tools, made again by tools: losing them costs a build. */
export const BUILD_OUTPUT = [
  "./**/{node_modules,dist,build,out,target,coverage,.next,.nuxt,.turbo,.cache,.parcel-cache,.vite,.svelte-kit,.output,.gradle,.tox,.nox,.venv,venv,__pycache__,.pytest_cache,.mypy_cache,.ruff_cache,.nyc_output,.angular,storybook-static,obj,bin,tmp,.tmp,logs}/**",
  "./**/*.{egg-info,pyc,tsbuildinfo,log}/**",
];
