#!/bin/sh
# SPDX-License-Identifier: MIT
# Every C file is as clang-format 14 lays it out with our .clang-format.
. "$(dirname "$0")/common.sh"

for candidate in clang-format-14 clang-format; do
	if "$candidate" --version 2>/dev/null | grep -q 'version 14\.'; then
		# shellcheck disable=SC2046 # a list of words
		exec "$candidate" --dry-run --Werror $(sources)
	fi
done
echo "clang-format of version 14 is missing: apt install clang-format-14"
exit 77
