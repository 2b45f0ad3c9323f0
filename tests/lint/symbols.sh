#!/bin/sh
# SPDX-License-Identifier: MIT
#
# No two layers give one name to different things: the linker would take whichever
# it meets first and say nothing.
#
#	symbols.sh ARCHIVE...
set -eu

for archive in "$@"; do
	nm -g --defined-only "$archive" 2>/dev/null |
		awk -v archive="$archive" 'NF == 3 && $3 !~ /^__(a|t|ub)san_/ { print $3, archive }'
done | sort | awk '
	$1 == name && $2 != archive { print $1 ": in " archive " and in " $2; found = 1 }
	{ name = $1; archive = $2 }
	END { exit found }'
