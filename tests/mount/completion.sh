#!/bin/sh
# SPDX-License-Identifier: MIT
# What bash, and zsh, offer behind a command line.
. "$(dirname "$0")/../lib/mount.sh"
need bash
completion=$(cd "$(dirname "$0")/../../docs/completion" && pwd)
mkdir "$tmp/bin" "$tmp/here" "$tmp/here/queues" "$tmp/here/mnt"
: >"$tmp/here/file"
ln -s "$(realpath "$(command -v "$SQSFS")")" "$tmp/bin/sqsfs"
ln -s "$(realpath "$(command -v "$SQS_LOCAL")")" "$tmp/bin/sqs-local"
PATH=$tmp/bin:$PATH
cd "$tmp/here" || exit 1

# Asks as readline does: COMP_WORDS are cut at blanks, "=" and ":".
cat >"$tmp/ask" <<'END'
. "$1"
COMP_LINE=$2
COMP_POINT=${#2}
read -ra COMP_WORDS < <(sed 's/[=:]/ & /g' <<<"$2")
[[ $2 != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function=$(complete -p "${COMP_WORDS[0]}" | sed 's/.*-F \([^ ]*\).*/\1/')
"$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
END
offers() { # LINE
	bash "$tmp/ask" "$completion/sqsfs.bash" "$1" 2>"$tmp/err" || fail "$1: $(cat "$tmp/err")"
	[ ! -s "$tmp/err" ] || fail "$1: $(cat "$tmp/err")"
}
offers_are() { # LINE OFFERS
	seen=$(offers "$1" | sort | tr '\n' ' ')
	[ "$seen" = "$2 " ] || fail "'$1' offers '$seen', expected '$2'"
}

# mounting.md: "Every option that `sqsfs --help` lists is offered, and every value of those that have words for values."
# The list is taken out of the manual, which tests/unit/fs/options.c compares with the table.
manual=$completion/../sqsfs.1
sed -n '/^\.SS The service/,/^\.SH CREDENTIALS/ s/^\\fB\([a-z_]*=\{0,1\}\).*/\1/p' "$manual" | sort >"$tmp/listed"
[ "$(wc -l <"$tmp/listed")" -gt 20 ] || fail "the manual lists $(cat "$tmp/listed")"
offers 'sqsfs -o ' | sort | cmp - "$tmp/listed" || fail "offered: $(offers 'sqsfs -o ' | tr '\n' ' ')"
sed -n 's/^\\fB\([a-z_]*\)=\\fI\([^\\]*|[^\\]*\)\\fR$/\1 \2/p' "$manual" >"$tmp/choices"
[ "$(wc -l <"$tmp/choices")" = 4 ] || fail "choices: $(cat "$tmp/choices")"
while read -r name words; do
	offers_are "sqsfs -o $name=" "$(echo "$words" | tr '|' '\n' | grep '^[a-z]' | sort | tr '\n' ' ' | sed 's/ $//')"
done <"$tmp/choices"
offers_are 'sqsfs -o wait=3,ac' '3,ack='
offers_are 'sqsfs -o wait=3,ack=c' close
offers_are 'sqsfs -fo hide' hide_next
offers_are 'sqsfs -o spool=q' queues/

# mounting.md: "After the source, directories are offered."
offers_are 'sqsfs ' 'aws aws: http:// https:// local:'
offers_are 'sqsfs local:q' queues/
offers_are 'sqsfs -f -o wait=3,sync local:queues ' 'mnt/ queues/'
offers_are 'sqsfs -' '--help --version -V -d -f -h -o'

# mounting.md: "Every option that `sqs-local --help` lists is offered."
sqs-local --help | sed -n 's/^  \(--[a-z]*=\{0,1\}\).*/\1/p' | sort >"$tmp/listed"
[ "$(wc -l <"$tmp/listed")" -gt 8 ] || fail "sqs-local lists $(cat "$tmp/listed")"
offers 'sqs-local --' | sort | cmp - "$tmp/listed" || fail "offered: $(offers 'sqs-local --' | tr '\n' ' ')"
offers_are 'sqs-local --sync=' 'full normal'
offers_are 'sqs-local --log=f' file
offers_are 'sqs-local q' queues/

# bash-completion finds it by the command's name.
if [ -f /usr/share/bash-completion/bash_completion ]; then
	mkdir -p "$tmp/share/bash-completion/completions"
	cp "$completion/sqsfs.bash" "$tmp/share/bash-completion/completions/sqsfs"
	ln -s sqsfs "$tmp/share/bash-completion/completions/sqs-local"
	XDG_DATA_DIRS=$tmp/share bash -c '
		. /usr/share/bash-completion/bash_completion
		for name in sqsfs sqs-local; do
			_completion_loader $name
			complete -p $name | grep -q "_command $name" || exit 1
		done' || fail "bash-completion does not find it"
fi

# zsh's functions get the same options; here they say what they are given.
if command -v zsh >/dev/null; then
	zsh -f -c '
		_values() { printf "%s\n" "$@"; }
		_arguments() { printf "%s\n" "$@"; }
		complete() { service=$1 words=($1); . '"$completion"'/_sqsfs; }
		complete sqs-local >$1/zsh.sqs-local
		complete sqsfs >$1/zsh.arguments
		program=sqsfs
		_sqsfs_mount_options >$1/zsh.sqsfs' - "$tmp" || fail "zsh: status $?"
	sed -n 's/^\([a-z_]*\)\[.*\]:.*/\1=/p; s/^\([a-z_]*\)\[[^]]*\]$/\1/p' "$tmp/zsh.sqsfs" | sort >"$tmp/zsh.seen"
	sed -n '/^\.SS The service/,/^\.SH CREDENTIALS/ s/^\\fB\([a-z_]*=\{0,1\}\).*/\1/p' "$manual" | sort |
		cmp - "$tmp/zsh.seen" || fail "zsh: $(cat "$tmp/zsh.sqsfs")"
	grep -q '^ack\[.*\]:explicit close:(explicit close)$' "$tmp/zsh.sqsfs" || fail "zsh, ack: $(grep ^ack "$tmp/zsh.sqsfs")"
	sed -n 's/^\(--[a-z]*=\{0,1\}\)\[.*/\1/p' "$tmp/zsh.sqs-local" | sort | cmp - "$tmp/listed" ||
		fail "zsh: $(cat "$tmp/zsh.sqs-local")"
fi
