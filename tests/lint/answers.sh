#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/local.md has a row for every action and every error code that sqs-local can
# answer, and each names tests that are there and speak of it. A row of its tables is
#	| `ACTION OR CODE`, ... | ... | `PATH OF A TEST` NAME IN IT, ... |
. "$(dirname "$0")/common.sh"
page=docs/local.md

# "TERM PATH NAME", a line a test of a row; NAME is "-" where the whole file is the test.
rows() {
	awk -F '|' '/^\| `/ {
		terms = $2
		while (match(terms, /`[^`]*`/)) {
			term = substr(terms, RSTART + 1, RLENGTH - 2)
			terms = substr(terms, RSTART + RLENGTH)
			tests = $0
			while (match(tests, /`tests\/[^`]*`( [a-z0-9_]+)?/)) {
				split(substr(tests, RSTART + 1, RLENGTH - 1), part, "` ?")
				print term, part[1], part[2] == "" ? "-" : part[2]
				tests = substr(tests, RSTART + RLENGTH)
			}
		}
	}' "$page"
}

actions() {
	sed -n 's/^\t\[WIRE_[A-Z_]*\] = "\(.*\)",$/\1/p' sqs/wire/action.c
}

# "NAME CODE" of the catalogue.
catalogue() {
	tr '\n' ' ' <sqs/wire/error.c | grep -o '\[WIRE_[A-Z0-9_]*\] =[[:space:]]*{[^,]*"[^,]*,' |
		sed 's/^\[\(.*\)\] =[[:space:]]*{SQS "/\1 AWS.SimpleQueueService./
			s/^\[\(.*\)\] =[[:space:]]*{"/\1 /; s/",$//' | grep -v '^WIRE_ERROR_UNKNOWN '
}

# What the server refuses with: rows of the catalogue, and codes that have none.
by_itself() {
	catalogue | while read -r name code; do
		! grep -qw "$name" sqs/local/*.c sqs/wire/form*.c sqs/wire/json_read.c \
			sqs/wire/sigv4_verify.c || echo "$code"
	done
	sed -n 's/.*\.code = VIEW_LITERAL("\(.*\)").*/\1/p' sqs/local/*.c
}

# How a test may spell an action or a code: by its name, as the catalogues or the verbs of
# tests/unit/local/world.h do.
spellings() { # TERM
	echo "${1##*.}"
	echo "$1" | sed 's/\([a-z]\)\([A-Z]\)/\1_\2/g' | tr '[:lower:]' '[:upper:]' | sed 's/^/WIRE_/'
	case $1 in
	CreateQueue) echo world_create ;;
	SetQueueAttributes) echo world_set ;;
	GetQueueAttributes) echo world_get ;;
	SendMessage) echo 'world_send[_a-z]*' ;;
	ReceiveMessage) echo 'world_receive[_a-z]*' ;;
	DeleteMessage) echo 'world_delete[_a-z]*' ;;
	ChangeMessageVisibility) echo world_hide ;;
	esac
}

rows_of() { # TERM
	rows | awk -v term="$1" '$1 == term'
}

{
	actions
	by_itself
} | while read -r term; do
	rows_of "$term" | grep -vq ' on_demand$' || complain "$page: no test of its own for $term"
done
catalogue | while read -r _ code; do
	rows_of "$code" | grep -q . || complain "$page: no row for $code"
done

rows | while read -r term path name; do
	if [ ! -f "$path" ]; then
		complain "$page: $path, which should test $term, does not exist"
		continue
	fi
	[ "$name" = - ] || grep -q -E "^(TEST|CLAIM|def )\(?$name\b" "$path" ||
		complain "$page: $path has no test $name for $term"
	spellings "$term" | grep -qwf - "$path" || complain "$page: $path does not mention $term"
done
finish
