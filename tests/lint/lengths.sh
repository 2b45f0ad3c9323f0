#!/bin/sh
# SPDX-License-Identifier: MIT
# Files stay under 600 lines, functions within 60. In C as clang-format lays it out
# a function is what stands between a "{" and a "}" in the first column.
. "$(dirname "$0")/common.sh"

for file in $(sources) $(scripts) $(tree | grep -e '\.py$' -e 'meson\.build$'); do
	lines=$(wc -l <"$file")
	[ "$lines" -lt 600 ] || complain "$file: $lines lines, under 600 allowed"
done

# shellcheck disable=SC2046 # a list of words
awk '
	FNR == 1 { start = 0 }
	/^\{/ { start = FNR }
	/^[a-z_0-9]+\(\) *[{(]/ && FILENAME !~ /\.[ch]$/ { start = FNR }
	/^[})]/ && start {
		if (FNR - start - 1 > 60)
			print FILENAME ":" start ": a function of " FNR - start - 1 " lines"
		start = 0
	}' $(sources) $(scripts) | while read -r line; do
	complain "$line, 60 allowed"
done
finish
