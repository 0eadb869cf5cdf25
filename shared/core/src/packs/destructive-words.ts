// destructive-words.ts — what clients call it when they take something away, and the local tools in whose mouths those words are names

/** What programs call it when they take something away, or change it for others. */
const VERBS = `
  delete del destroy remove rm rb purge prune wipe drop terminate deregister detach disable revoke reset flush
  forget erase cancel unset deprovision expire clear truncate transfer rotate uninstall unsubscribe untag
  invalidate overwrite nuke kill stop archive abort fail failover shutdown reboot restore rollback seal
  step-down unseal mirror sync move mv undeploy unpublish deprecate disassociate batch-delete bulk-delete
  deleteall rmr deactivate decommission demote drain evict expunge obliterate retire suspend teardown unassign
  unbind unlink unregister zap
`
  .trim()
  .split(/\s+/);
/** Behind a dot or with a line below, these would be endings and parts of the names of files. */
const SHORT = new Set(["rm", "rb", "mv", "del", "zap"]);
/** A file that is named for a verb: code, prose, pictures. What may be carried out by whoever reads it is not among them. */
const NAMED_FILES =
  "!*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,py,pyi,rb,go,rs,java,kt,c,h,cc,cpp,hpp,cs,php,swift,scala,ex,exs,hs,ml,lua,dart,zig,vue,svelte,html,css,scss,less,md,mdx,rst,txt,tex,pdf,png,jpg,jpeg,gif,svg,webp,mp3,mp4,wav,csv,ipynb,proto,graphql,o,so,wasm,class,jar}";
/** `--no-restore`, `--soft-fail`: what is not to be done, or not to count. */
const REFUSALS = ["!--no-*", "!--skip-*", "!--soft-*", "!--dont-*"];
/** With whatever stands behind them: `deletetable`, `deleteUser`, `--delete-offsets`. */
const STRONG = ["delete", "destroy", "purge", "terminate", "truncate", "wipe"].flatMap((verb) => [
  `${verb}*`,
  `--${verb}-*`,
  `*mutation*${verb}*`,
]);
export const DESTRUCTIVE_WORDS = VERBS.flatMap((verb) => [
  verb,
  `--${verb}`,
  `${verb}-*`,
  `*-${verb}`,
  `*:${verb}*`,
  ...(SHORT.has(verb) ? [] : [`*.${verb}*`, `${verb}_*`, `*_${verb}`]),
]).concat(STRONG, NAMED_FILES, REFUSALS);

/** What a name says that begins with a verb and a dash: cmdlets of PowerShell, and scripts on the path. */
export const DESTRUCTIVE_NAMES = [
  "{remove,clear,stop,disable,uninstall,unregister,delete,destroy,drop,wipe,purge,reset,revoke,suspend,dismount}-*",
  "*-{uninstall,stop,shutdown,destroy}{,.sh}",
  "{restart-computer,format-volume,initialize-disk,set-executionpolicy}",
];

/** Local tools whose words are names, messages or files, and whose own dangers other rules name. */
export const PLAIN_SPOKEN = `
  git rm rmdir mv cp ln find fd sed awk gawk nawk mawk tar zip unzip echo printf test [ [[ npm pnpm yarn bun npx
  pip pip3 uv poetry pipenv conda cargo go gem bundle composer brew mvn gradle dotnet mix flutter dart make
  cmake ninja just task turbo nx rake rails pytest vitest jest cypress playwright tox nox python python3 node
  deno ruby perl php lua tsc tsx eslint prettier docker docker-compose podman kubectl helm terraform tofu pulumi
  screen tmux xargs parallel watch kill pkill killall trap set shopt alias unalias unset export read history
  bind rsync ssh scp curl wget tldr man type which command jq yq patch ps cd source . clear reset stty tput
  rename mktemp xz gzip bzip2 split tr cut sort rustup nvm pyenv rbenv pre-commit ansible-playbook
  ansible-galaxy pdm rye hatch pixi pipx mamba micromamba opam luarocks ghcup stack cabal rebar3 asdf mise rtx
  fnm volta n nodenv goenv jenv rvm sdk tfenv spack vcpkg nuget msbuild paket shards lerna rush meteor pod bazel
  bazelisk buck2 meson sbt lein ccache sccache rspec rubocop phpunit mocha shellcheck act zoxide direnv entr
  ollama localstack jupyter husky lefthook expo corepack stow chezmoi tmuxinator guix nix-env nix-channel minikube
  vagrant watchman zellij code svn hg jj p4 repo hub git-town
`
  .trim()
  .split(/\s+/);
