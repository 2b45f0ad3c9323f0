# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Tables of idioms: a row is a command as people write it, and what becomes of it. A
# row gets a queue of its own; in its command $q is the queue's directory, $f a file in
# it, $src a directory with the files that make_sources() makes. A row that fails is
# told, and the table goes on; a table ends with idioms_end.
# shellcheck source=../lib/mount.sh
. "$(dirname "$0")/../lib/mount.sh"

rows=0
wrong=0
src=$tmp/src
export src q f

make_sources() {
	mkdir "$src"
	printf 'one\ntwo\n' >"$src/text"
	printf 'three\n' >"$src/other"
	head -c 100000 /dev/urandom >"$src/binary"
	: >"$src/empty"
}

# One row: the exit status ("fails" for any but 0), the bodies of the messages that it
# makes (printf formats, or @FILE; '' for none), what ls shows afterwards.
idiom() { # STATUS BODIES LISTING SHELL COMMAND
	row_begin "$@" || return 0
	(cd "$tmp" && timeout 120 "$4" -c "$5") >"$tmp/out" 2>"$tmp/err" </dev/null
	row_status $? "$1"
	soon 5 names_are "$q" "$3" || row_wrong "ls shows '$(names "$q")', expected '$3'"
	row_bodies "$2"
	row_end
}

# The usual row: it works, one message is sent, nothing is left.
sends() { # BODIES SHELL COMMAND
	idiom 0 "$1" next "$2" "$3"
}

row_begin() {
	rows=$((rows + 1))
	row="$(basename "$4"): $5"
	row_is_wrong=
	q=$mnt/row-$rows
	f=$q/f
	mkdir "$q" && return
	row_wrong "mkdir failed"
	row_end
	return 1
}

row_wrong() { # WORDS
	row_is_wrong=yes
	printf 'WRONG %s\n      %s\n' "$row" "$*"
}

row_status() { # SEEN EXPECTED
	case $2 in
	fails) [ "$1" != 0 ] || row_wrong "exit status 0, expected a failure" ;;
	"$1") ;;
	*) row_wrong "exit status $1, expected $2: $(cat "$tmp/err")" ;;
	esac
}

has_messages() { # NUMBER
	[ "$(cat "$q/.sqs/count")" -ge "$1" ]
}

sums() { # DIRECTORY
	find "$1" -type f -exec sha256sum {} + | cut -d ' ' -f 1 | sort
}

row_bodies() { # BODIES
	rm -rf "$tmp/row" "$tmp/wanted"
	mkdir "$tmp/wanted"
	for body in $1; do
		wanted=$tmp/wanted/$(ls "$tmp/wanted" | wc -l)
		# shellcheck disable=SC2059 # escapes are wanted
		case $body in
		@*) cp "${body#@}" "$wanted" ;;
		*) printf "$body" >"$wanted" ;;
		esac
	done
	# What a background job sends may come after the command has ended.
	soon 10 has_messages "$(ls "$tmp/wanted" | wc -l)" || true
	sync "$q"
	drain "row-$rows" "$tmp/row"
	[ "$(sums "$tmp/row")" = "$(sums "$tmp/wanted")" ] ||
		row_wrong "$drained messages: $(head -c 60 "$tmp"/row/* 2>/dev/null)"
}

row_end() {
	if [ -n "$row_is_wrong" ]; then
		wrong=$((wrong + 1))
	else
		printf 'right %s\n' "$row"
	fi
}

idioms_end() {
	echo "$rows rows, $wrong wrong"
	[ "$wrong" = 0 ]
}
