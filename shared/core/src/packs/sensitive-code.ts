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
  "**/*.{tf,tfvars,hcl,bicep,tfstate}",
  "**/*.tfstate.*",
  "**/{terraform,terragrunt,k8s,kubernetes,helm,infra,infrastructure,ansible,pulumi,cloudformation,argocd}/**",
  "**/{Pulumi,Chart,helmfile,kustomization,skaffold}.{yaml,yml}",
  "**/{serverless,fly,app,render,vercel,netlify}.{toml,yml,yaml}",
  "**/{vercel,firebase,wrangler}.{json,jsonc}",
  "**/wrangler.toml",
  "**/{deploy,deployment,deployments}/**/*.{yaml,yml,json}",
  "**/charts/**/*.{yaml,yml,tpl}",
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
  "~/bin/**",
  "~/Library/LaunchAgents/**",
];

/** Made by tools, made again by tools: losing them costs a build. */
export const BUILD_OUTPUT = [
  "./**/{node_modules,dist,build,out,target,coverage,.next,.nuxt,.turbo,.cache,.parcel-cache,.vite,.svelte-kit,.output,.gradle,.tox,.nox,.venv,venv,__pycache__,.pytest_cache,.mypy_cache,.ruff_cache,.nyc_output,.angular,storybook-static,obj,bin,tmp,.tmp,logs}/**",
  "./**/*.{egg-info,pyc,tsbuildinfo,log}/**",
];

/** Package managers of operating systems. */
export const SYSTEM_PACKAGES = ["apt", "apt-get", "aptitude", "dnf", "yum", "microdnf", "tdnf", "zypper", "apk"];

/** Clouds: what is not plainly a look changes something that others use. */
export const CLOUDS = [
  "aws",
  "gcloud",
  "gsutil",
  "bq",
  "az",
  "doctl",
  "linode-cli",
  "tccli",
  "hcloud",
  "oci",
  "ibmcloud",
  "aliyun",
];

/**
 * What is looked at with more rights than one has, every day: names, states and lists, never the content of files,
 * and nothing that an option turns into a change.
 */
export const PRIVILEGED_LOOKS = [
  // What find is told to do with what it found is a call or a path of its own.
  "{ls,find,stat,file,du,df,ps,pgrep,pstree,ss,netstat,lsof,lsblk,blkid,findmnt,lscpu,lspci,lsusb,lsmod,free,uptime,vmstat,iostat,whoami,id,who,w,uname,which,true}",
  "git {status,log,diff,show,rev-parse}",
  "systemctl {status,list-units,list-unit-files,list-timers,is-active,is-enabled,is-failed,show}",
  "{docker,podman} {ps,images,logs,inspect,stats,top,version,info}",
  "{apt,apt-get,apt-cache} {list,search,show,policy}",
  "{iptables,ip6tables} {-L,-S}",
  "{fdisk,sfdisk,parted} -l",
  "ufw status",
  "nginx -t",
  "{journalctl,dmesg,htop,top,lsns,lshw,lvs,vgs,pvs,lvdisplay,vgdisplay,pvdisplay,getenforce,sestatus,aa-status,getfacl,lsattr}",
  "dpkg {-l,-L,-s,-S}",
  "rpm -q",
  "crontab -l",
  "smartctl {-a,-H,-i,-A}",
  "{zpool,zfs} {list,status,get}",
  "nft list",
  "supervisorctl status",
  "systemd-analyze {blame,critical-chain,time,verify}",
  "{hostnamectl,timedatectl,loginctl,networkctl,resolvectl} {status,list,show}",
  "{snap,flatpak} list",
  "{apachectl,apache2ctl,httpd} {configtest,-t,-S}",
  "sshd -t",
  // The lists of what could be installed are made new; nothing is installed.
  "{apt,apt-get,aptitude,apk} update",
  "{dnf,yum} {check-update,makecache}",
  "zypper {refresh,ref}",
]
  .flatMap((look) => [`sudo ${look}`, `doas ${look}`])
  .concat("sudo {-l,-v,-V}");
