#!/bin/sh
# `make mutants`: changes the check-in's decision in every small way and runs its tests; what survives is explained in docs/mutants.md.
# mutmut is kept in .tools/, apart from the environments: it brings a terminal interface that nothing else needs.
set -eu
cd "$(dirname "$0")/.."
version=3.8.1
home=$PWD/.tools/mutmut-$version
uv=uv
uv --version >/dev/null 2>&1 || uv=$PWD/.tools/bin/uv
[ -d "$home" ] || "$uv" pip install -q --python .venv/bin/python --target "$home" "mutmut==$version"
rm -rf mutants
PYTHONPATH="$home:$PWD" .venv/bin/python -m mutmut run "$@" | tail -5
PYTHONPATH="$home:$PWD" .venv/bin/python -m mutmut results
