#!/bin/sh
# SPDX-License-Identifier: MIT
# What a test quotes of docs/semantics.md stands there word for word. A quotation is
#	semantics.md: "..."
# in a comment, over as many lines as it takes.
. "$(dirname "$0")/common.sh"

promise=$(tr '\n' ' ' <docs/semantics.md | tr -s ' ')
this=tests/lint/claims.sh

# The text of a file with comment leaders and line ends made single spaces.
as_one_line() {
	sed -e 's/^[[:space:]]*\(#\|\/\*\|\*\|\/\/\)*[[:space:]]*//' "$1" | tr '\n' ' ' | tr -s ' '
}

quotations() {
	as_one_line "$1" | grep -o 'semantics\.md: "[^"]*"' | sed 's/^semantics\.md: "\(.*\)"$/\1/'
}

for file in $(tree | grep '^tests/' | grep -v "^$this\$" | xargs grep -l 'semantics\.md'); do
	quotations "$file" | while read -r quote; do
		case $promise in
		*"$quote"*) ;;
		*) complain "$file: docs/semantics.md does not say \"$quote\"" ;;
		esac
	done
done

# Every mount test states the claim that it tests.
for file in $(tree | grep '^tests/mount/.*\.sh$'); do
	quotations "$file" | grep -q . || complain "$file: quotes no claim of docs/semantics.md"
done
finish
