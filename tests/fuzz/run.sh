#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh FUZZER SEEDS KIND [RUNS]: a short run from fresh seeds, the same each time.
# With RUNS of -1 it goes on until it finds something or is stopped.
set -eu

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT INT TERM

"$2" "$3" "$corpus"
"$1" -seed=1 -runs="${4:-20000}" -max_len=8192 -timeout=10 -verbosity=1 \
	-artifact_prefix="${TMPDIR:-/tmp}/fuzz-$3-" "$corpus"
