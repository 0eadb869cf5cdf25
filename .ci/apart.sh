# apart.sh — packages of another release of this machine's Debian, fetched and unpacked in a folder of their own: nothing is installed
# Sourced. `apart PLACE SUITE` makes `own`, the options of an apt that knows only that suite.

apart() {
  local place=$1 suite=$2 uri
  mkdir -p "$place"/{lists/partial,cache,parts} || return 1
  uri=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 !~ /-/ { print $3; exit }') && [ -n "$uri" ] || return 1
  printf 'deb %s %s main\n' "$uri" "$suite" >"$place/sources.list"
  own=(-o APT::Sandbox::User="" -o Dir::Etc::sourcelist="$place/sources.list" -o Dir::Etc::sourceparts="$place/parts"
    -o Dir::State::lists="$place/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$place/cache")
  timeout 120 apt-get -qq "${own[@]}" update >&2
}

unpack() { for package in "$@"; do dpkg -x "$package" root || return 1; done; }
