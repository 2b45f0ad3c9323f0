#!/bin/sh
# SPDX-License-Identifier: MIT
# The documents keep up with the tree: a source file says what it is, and links lead
# somewhere. (That the manual has every option is tests/unit/fs/options.c's.)
. "$(dirname "$0")/common.sh"

# A module is described by the comment at the head of its header, which may stand for
# several files (form.h for form_read.c); a file without a header by its own first
# comment, or by its name in docs/architecture.md.
is_described() {
	module=${1%.c}
	while [ "$module" != "$1" ]; do
		[ -f "$module.h" ] && return 0
		[ "$module" != "${module%_*}" ] || break
		module=${module%_*}
	done
	sed -n '2p' "$1" | grep -q '^/\*' || grep -q "$(basename "$1")" docs/architecture.md
}

for file in $(sources | grep -v '^tests/unit/'); do
	[ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: MIT */' ] ||
		complain "$file: does not begin with the licence line"
	is_described "$file" ||
		complain "$file: neither begins with a comment nor is named in docs/architecture.md"
done

# Files named in prose exist.
for page in $(tree | grep '\.md$'); do
	grep -o '\](\([^)#]*\)[^)]*)' "$page" | sed 's/^](\([^)#]*\).*/\1/' |
		while read -r target; do
			case $target in
			'' | http:* | https:*) continue ;;
			esac
			[ -e "$(dirname "$page")/$target" ] || complain "$page: $target does not exist"
		done
	grep -o '`\(docs\|tests\|fs\|sqs\)/[A-Za-z0-9_./-]*`' "$page" | tr -d '`' |
		while read -r path; do
			[ -e "$path" ] || complain "$page: names $path, which does not exist"
		done
done

finish
