#!/bin/sh
# SPDX-License-Identifier: MIT
# Short messages in great number: 16 writers, 4 workers, each line counted.
# semantics.md: "A new file in a queue's directory is a message: its content is the body, its name means nothing."
# semantics.md: "`while cat q/next.$$ > job; do work job && rm q/next.$$; done` is a worker: workers never get one message twice inside its visibility timeout."
. "$(dirname "$0")/../lib/workers.sh"
lines=${MANY_LINES:-100000}
share=$((lines / 16))
mount_sqsfs -o wait=5
mkdir "$mnt/q"

# Two workers as people write them; two of a shell that forks for nothing, because the
# others' cat and rm take most of the test's time.
cat >"$tmp/builtin-worker" <<'END'
zmodload zsh/system
zmodload -F zsh/files b:zf_rm
exec {got}>>$3/$1
while sysopen -r -u job $2/next.$1 2>$3.err-$1; do
	while sysread -i $job -o $got; do :; done
	exec {job}<&-
	zf_rm $2/next.$1 || exit 1
done
grep -q 'resource temporarily unavailable' $3.err-$1
END
start_workers <<'END'
if [ "$1" -gt 2 ] && command -v zsh >/dev/null; then
	exec zsh -f "$(dirname "$0")/builtin-worker" "$@"
fi
while cat "$2/next.$1" >>"$3/$1" 2>"$3.err-$1"; do
	rm "$2/next.$1" || exit 1
done
grep -q 'Resource temporarily unavailable' "$3.err-$1"
END

cat >"$tmp/writer" <<'END'
n=0
while [ "$n" -lt "$3" ]; do
	n=$((n + 1))
	echo "line $n of writer $1" >"$2/$1" || exit 1
done
END
start_clock
writers=
for w in $(seq 16); do
	sh "$tmp/writer" "$w" "$mnt/q" "$share" &
	writers="$writers $!"
done
# shellcheck disable=SC2086 # a list of numbers
await_drained $writers

for w in $(seq 16); do
	seq -f "line %.0f of writer $w" "$share"
done | sort >"$tmp/sent"
sort "$tmp"/got/* >"$tmp/received"
all_came
rmdir "$mnt/q" || fail "the queue is not empty"
