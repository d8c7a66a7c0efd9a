#!/bin/sh
# Writes the lock files anew: pinned, with hashes, for every platform, and without the name of any package host.
set -eu
cd "$(dirname "$0")/.."
uv=uv
uv --version >/dev/null 2>&1 || uv=.tools/bin/uv
compile() {
  "$uv" pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version "$1" "$2/pyproject.toml" -o "$2/requirements.lock"
  "$uv" pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version "$1" --extra dev "$2/pyproject.toml" -o "$2/requirements-dev.lock"
}
compile 3.10 .
compile 3.12 web
(cd web && ../tools/node.sh npm install --package-lock-only --ignore-scripts >/dev/null)
