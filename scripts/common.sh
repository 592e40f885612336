# shellcheck shell=bash
# Shared by the scripts at the root. Sourced, after `root` is set to the checkout.

# What setup publishes, and the stamp that says from which sources.
published=$root/artifacts/publish/firstlight
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# No build node outlives a script: one that did would keep the caller's pipes open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# Cron and CI start us without sbin, where nft and dnsmasq are; dpkg wants it as well.
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# dotnet refuses to work without a home directory, and a bare environment has none.
if [ -z "${HOME:-}" ]; then HOME=$(getent passwd "$(id -u)" | cut -d: -f6); export HOME; fi

step() { printf '[%s] %s\n' "$1" "$2"; }
note() { printf '      %s\n' "$1"; }
# One readable line, and nothing else, is what a failure prints.
die() { printf '%s: %s\n' "$(basename "$0")" "$1" >&2; exit "${2:-1}"; }

# The SDK of global.json, or one line that says how to get it.
require_sdk() {
  local wanted have
  wanted=$(sed -n 's/.*"version": *"\([0-9.]*\)".*/\1/p' "$root/global.json")
  command -v dotnet >/dev/null ||
    die "the .NET SDK $wanted is missing: https://dot.net/v1/dotnet-install.sh --version $wanted --install-dir /usr/share/dotnet, then link dotnet into /usr/local/bin"
  have=$(cd "$root" && dotnet --version 2>/dev/null) ||
    die "the .NET SDK here is not of the band of $wanted (global.json): https://dot.net/v1/dotnet-install.sh --version $wanted gets it"
  sdk_version=$have
}

# A hash over everything that decides what is published.
sources_hash() {
  (
    cd "$root"
    find src Directory.Build.props Directory.Packages.props global.json scripts/common.sh setup -type f \
      -not -path '*/bin/*' -not -path '*/obj/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    printf '%s\n' "$sdk_version"
  ) | sha256sum | cut -d' ' -f1
}

# quietly LOG COMMAND...: a long command whose output matters only if it fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    # Builds repeat each message in their summary; the first dozen say it.
    grep -E '(error|Error|E:|fatal)' "$log" | awk '!seen[$0]++' | head -12 >&2 || tail -5 "$log" >&2
    return 1
  fi
}
