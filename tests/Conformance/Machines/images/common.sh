# shellcheck shell=bash
# Shared by the scripts that make what the test machines boot. Sourced with `set -euo pipefail` on, after `here` is set to this folder.

export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C

die() { printf '%s: %s\n' "$(basename "$0")" "$1" >&2; exit 1; }

need() {
  local program
  for program; do command -v "$program" >/dev/null || die "$program is missing: ./setup --conformance installs it"; done
}

# One line for each of Debian's repositories that this machine's apt knows: URI, suite, component. Whatever mirror apt is told to use is used here.
debian_repositories() {
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' "Architecture: $(dpkg --print-architecture)" |
    awk '$1 == "Debian" && $3 ~ /^bookworm/ { print $2, $3, $4 }' | sort -u
}

# fetch DIRECTORY PACKAGE...: the packages' files in the newest version, not installed.
fetch() {
  local directory=$1
  shift
  (cd "$directory" && apt-get -q -o Acquire::Retries=3 -o APT::Sandbox::User=root download "$@" >apt.log 2>&1) ||
    die "$* cannot be fetched: $(grep -E '^E:' "$directory/apt.log" | tail -1) ('apt-get update' may help)"
}

# once DIRECTORY KEY MAKE...: MAKE TEMPORARY is run unless DIRECTORY was made from the same KEY; what it leaves is put there in one step.
# Two runs at a time make it once.
once() {
  local directory=$1 key=$2
  shift 2
  mkdir -p "$(dirname "$directory")"
  exec 9>"$directory.lock"
  flock 9
  if [ "$(cat "$directory/key" 2>/dev/null)" != "$key" ]; then
    rm -rf "$directory.new"
    mkdir "$directory.new"
    "$@" "$directory.new" 9>&-
    printf '%s\n' "$key" >"$directory.new/key"
    rm -rf "$directory"
    mv "$directory.new" "$directory"
  fi
  exec 9>&-
}

# key_of FILE...: changes when one of the files changes.
key_of() { cat "$@" | sha256sum | cut -d' ' -f1; }
