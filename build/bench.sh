#!/usr/bin/env bash
# What the program costs in processor time, beside what it cost when that was last recorded (docs/performance.md); two
# minutes on a quiet machine. Linux, the .NET SDK and node.
#   build/bench.sh                     publishes this tree and measures it
#   build/bench.sh PROGRAM.dll         measures one that was published before
# After these:
#   --record                           writes the figures into docs/performance.md
#   uploads downloads history fanOut idle pages     only these parts (by themselves they are less warm)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program=artifacts/bench/ChatFiles.Web.dll
if [[ "${1:-}" == *.dll ]]; then
  program=$1
  shift
else
  dotnet publish ChatFiles.Web -c Release -o artifacts/bench --nologo -v quiet
fi
exec node build/bench/bench.js "$program" docs/performance.md "$@"
