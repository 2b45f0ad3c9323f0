#!/bin/sh
# SPDX-License-Identifier: MIT
# The direction of dependencies, as drawn in docs/architecture.md. Project headers
# are included by their path from the root, so an edge is a line of text.
. "$(dirname "$0")/common.sh"

# Who may include what of the project: the first row whose prefix fits counts.
project='
fs/main.c      fs/ sqs/sqs.h sqs/base/ sqs/local/local.h
fs/            fs/ sqs/sqs.h sqs/base/
sqs/sqs.h
sqs/base/      sqs/base/
sqs/wire/      sqs/wire/ sqs/base/ sqs/sqs.h
sqs/client/    sqs/client/ sqs/wire/ sqs/base/ sqs/sqs.h
sqs/local/     sqs/local/ sqs/wire/ sqs/base/
tests/         tests/ fs/ sqs/
'

# Who may include a third-party header; what is not named here is the C library's.
foreign='
curl/          sqs/client/http.c
libxml/        sqs/wire/ tests/
jansson.h      sqs/wire/ tests/
openssl/       sqs/wire/ sqs/base/ sqs/client/ sqs/local/ tests/
microhttpd.h   sqs/local/ tests/
sqlite3.h      sqs/local/ tests/
fuse           fs/ tests/
'

allowed_for() {
	echo "$project" | awk -v file="$1" 'NF && index(file, $1) == 1 { $1 = ""; print; exit }'
}

is_below() { # PATH PREFIX...
	path=$1
	shift
	for prefix; do
		case $path in "$prefix"*) return 0 ;; esac
	done
	return 1
}

check_project() { # FILE HEADER
	[ -f "$2" ] || complain "$1: \"$2\" is not a path from the root"
	# shellcheck disable=SC2046 # a list of words
	is_below "$2" $(allowed_for "$1") || complain "$1: must not include $2"
}

check_foreign() { # FILE HEADER
	row=$(echo "$foreign" | awk -v header="$2" 'NF && index(header, $1) == 1 { $1 = ""; print }')
	# shellcheck disable=SC2086 # a list of words
	[ -z "$row" ] || is_below "$1" $row || complain "$1: must not include <$2>"
}

sources | xargs grep -H '^# *include' | tr -d ' ' |
	sed -n 's/^\([^:]*\):#include"\([^"]*\)".*/project \1 \2/p
		s/^\([^:]*\):#include<\([^>]*\)>.*/foreign \1 \2/p' |
	while read -r kind file header; do
		"check_$kind" "$file" "$header"
	done
finish
