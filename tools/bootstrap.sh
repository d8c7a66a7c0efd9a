#!/bin/sh
# Makes the two environments: .venv (Python 3.10, Rasa) and web/.venv (Python 3.12 or newer, the public process).
# For development also web/node_modules, which check and test the scripts, with the Node that web's lock file brings.
# Usage: tools/bootstrap.sh runtime|dev. Does nothing when what the lock files ask for is installed already.
set -eu
cd "$(dirname "$0")/.."
kind="${1:-runtime}"
case "$kind" in
  runtime) lock=requirements.lock ;;
  dev) lock=requirements-dev.lock ;;
  *) echo "Usage: tools/bootstrap.sh runtime|dev" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*" >&2; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# A `.python-version` can hide a uv that another Python installed: it counts only when it runs here.
uv=""
find_uv() {
  if uv --version >/dev/null 2>&1; then uv=uv; return; fi
  if [ -x .tools/bin/uv ] && .tools/bin/uv --version >/dev/null 2>&1; then uv="$PWD/.tools/bin/uv"; return; fi
  say "Fetching uv into .tools/ …"
  for python in python3 python3.12 python3.11 python3.10 python; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1 || continue
    rm -rf .tools
    if "$python" -m venv .tools >"$log" 2>&1 && .tools/bin/python -m pip install -q uv >"$log" 2>&1; then
      uv="$PWD/.tools/bin/uv"; return
    fi
  done
  if grep -qiE 'connection|resolve|network|proxy|timed out' "$log"; then
    say "The package index can't be reached: check the network or pip's settings, then run this again."
  else
    say "Python 3 with venv and pip is missing: install it (Debian: apt-get install python3-venv), then run this again."
  fi
  exit 1
}

# sync FOLDER LOCK PYTHON: make FOLDER/.venv hold just what LOCK says.
sync() {
  folder=$1; wanted=$2; version=$3
  stamp="$folder/.venv/.unclench-lock"
  sum=$(cat "$wanted" | cksum)
  if [ -x "$folder/.venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ]; then return; fi
  # An environment for development holds all that running needs.
  if [ "$kind" = runtime ] && [ -x "$folder/.venv/bin/python" ] \
     && [ "$(cat "$stamp" 2>/dev/null)" = "$(cat "${wanted%.lock}-dev.lock" | cksum)" ]; then return; fi
  [ -n "$uv" ] || find_uv
  if [ ! -x "$folder/.venv/bin/python" ]; then
    if ! (cd "$folder" && "$uv" venv -q --clear --python "$version" .venv) >"$log" 2>&1; then
      say "Python $version is missing for $folder/: install it (for example with pyenv, or: uv python install ${version%%,*}), then run this again."
      exit 1
    fi
  fi
  say "Installing what $wanted names …"
  # Compiled now: otherwise the first start would do it, at its slowest.
  if ! "$uv" pip sync -q --compile-bytecode --require-hashes --python "$folder/.venv/bin/python" "$wanted" >"$log" 2>&1; then
    tail -5 "$log" >&2
    say "The packages could not be installed: check the network or the package index, then run this again."
    exit 1
  fi
  printf '%s\n' "$sum" >"$stamp"
}

sync . "$lock" 3.10
sync web "web/$lock" ">=3.12"

# What checks the scripts: installed as package-lock.json says, by the Node in web/.venv.
scripts() {
  stamp=web/node_modules/.unclench-lock
  sum=$(cat web/package-lock.json | cksum)
  [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return
  say "Installing what web/package-lock.json names …"
  if ! (cd web && ../tools/node.sh npm ci --ignore-scripts) >"$log" 2>&1; then
    tail -5 "$log" >&2
    say "The packages could not be installed: check the network or npm's settings, then run this again."
    exit 1
  fi
  printf '%s\n' "$sum" >"$stamp"
}

[ "$kind" = runtime ] || scripts
