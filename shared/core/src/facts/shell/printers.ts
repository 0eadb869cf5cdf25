// printers.ts — programs that print shell code for whoever calls them to evaluate: `eval "$(ssh-agent -s)"`, completions

/** Each as its own documentation says to use it; the words are all there are. */
const PRINTERS = [
  "ssh-agent( -[sc])?",
  "brew shellenv",
  "(pyenv|rbenv|nodenv|goenv|jenv|plenv) (virtualenv-)?init( -| --path| - \\w+)*",
  "(fnm|volta|mise|rtx|nvm|asdf) (env|activate|hook|exec env)( [\\w-]+)*",
  "(direnv|atuin|mcfly|starship|zoxide|oh-my-posh|navi) (hook|init|export|widget)( [\\w-]+)*",
  "(poetry|hatch|pdm) (env activate|venv activate)( [\\w.-]+)*",
  "conda shell\\.\\w+ (hook|activate [\\w.-]+)",
  "opam env( [\\w=-]+)*",
  "(docker-machine|minikube|podman-machine) (env|docker-env|podman-env)( [\\w-]+)*",
  "(dircolors|lesspipe|resize|thefuck --alias|register-python-argcomplete [\\w-]+)( -b)?",
  "(kubectl|helm|gh|glab|npm|pnpm|deno|rustup|docker|podman|minikube|kind|k3d|flux|argocd|hugo|op|just|uv|poetry|pip3?|gcloud|terraform|yq|cilium|istioctl|doctl|flyctl|hcloud) completions?( [\\w=-]+)*",
  "luarocks path( --bin)?",
].join("|");

const SUBSTITUTED = new RegExp(`^"?(?:\\$\\(|<\\()\\s*(?:command )?(?:${PRINTERS})\\s*\\)"?$`);

/** `raw` is nothing but what such a program prints. */
export const isPrinter = (raw: string): boolean => raw.length < 120 && SUBSTITUTED.test(raw);
