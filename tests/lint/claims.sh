#!/bin/sh
# SPDX-License-Identifier: MIT
# What a test quotes of a page of docs/ stands there word for word. A quotation is
#	PAGE.md: "..."
# in a comment, over as many lines as it takes.
. "$(dirname "$0")/common.sh"

pages='semantics mounting recipes local'
this=tests/lint/claims.sh

# The text of a file with comment leaders and line ends made single spaces.
as_one_line() {
	sed -e 's/^[[:space:]]*\(#\|\/\*\|\*\|\/\/\)*[[:space:]]*//' "$1" | tr '\n' ' ' | tr -s ' '
}

quotations() { # FILE PAGE
	as_one_line "$1" | grep -o "$2\\.md: \"[^\"]*\"" | sed "s/^$2\\.md: \"\(.*\)\"\$/\1/"
}

for page in $pages; do
	promise=$(tr '\n' ' ' <"docs/$page.md" | tr -s ' ')
	for file in $(tree | grep '^tests/' | grep -v "^$this\$" | xargs grep -l "$page\\.md"); do
		quotations "$file" "$page" | while read -r quote; do
			case $promise in
			*"$quote"*) ;;
			*) complain "$file: docs/$page.md does not say \"$quote\"" ;;
			esac
		done
	done
done

# Every mount test and every recipe's test states the claim that it tests.
for file in $(tree | grep -e '^tests/mount/.*\.sh$' -e '^tests/recipes/.*\.sh$'); do
	for page in $pages; do
		quotations "$file" "$page"
	done | grep -q . || complain "$file: quotes no claim of docs/"
done
finish
