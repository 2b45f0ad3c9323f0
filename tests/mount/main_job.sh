#!/bin/sh
# SPDX-License-Identifier: MIT
# The main job on real input: files of this machine, copied into a queue in five ways
# at once while four shell workers drain it; every body is compared.
# semantics.md: "The bytes of the body are the bytes of the file."
# semantics.md: "`while cat q/next.$$ > job; do work job && rm q/next.$$; done` is a worker: workers never get one message twice inside its visibility timeout."
. "$(dirname "$0")/../lib/workers.sh"
need rsync tar python3
files=${MAIN_JOB_FILES:-5000}
share=$((files / 5))
mount_sqsfs -o wait=5
mkdir "$mnt/q" "$tmp/stage"

# Every n-th of what is there, so that all kinds are: text, catalogues, images, archives.
find /usr/share /usr/lib -xdev -type f -size +0 -size -700k -readable 2>/dev/null |
	sort >"$tmp/all"
step=$(($(wc -l <"$tmp/all") / files))
[ "$step" -ge 1 ] || fail "this machine has only $(wc -l <"$tmp/all") files to send"
awk -v step="$step" -v most="$files" 'NR % step == 0 && n++ < most' "$tmp/all" >"$tmp/list"

stage() { # WAY, whose files come from standard input
	mkdir "$tmp/stage/$1"
	number=0
	while read -r file; do
		number=$((number + 1))
		cp "$file" "$tmp/stage/$1/$1-$number" || fail "cannot read $file"
	done
}
part=0
for way in cp rsync tar shell python; do
	sed -n "$((part * share + 1)),$(((part + 1) * share))p" "$tmp/list" >"$tmp/part"
	stage $way <"$tmp/part"
	part=$((part + 1))
done
find "$tmp/stage" -type f -exec sha256sum {} + | cut -d ' ' -f 1 | sort >"$tmp/sent"

start_workers <<'END'
n=$(find "$3" -name "$1-*" | wc -l)
while cat "$2/next.$1" >"$3/$1-$n" 2>"$3.err-$1"; do
	rm "$2/next.$1" || exit 1
	n=$((n + 1))
done
rm "$3/$1-$n"
grep -q 'Resource temporarily unavailable' "$3.err-$1"
END

start_clock
cd "$tmp/stage" || fail "cd"
senders=
cp cp/* "$mnt/q/" &
senders="$senders $!"
rsync -r rsync/ "$mnt/q/" &
senders="$senders $!"
tar -C tar -cf - . | tar -C "$mnt/q" -xf - &
senders="$senders $!"
(for file in shell/*; do
	cat "$file" >"$mnt/q/${file#*/}" || exit 1
done) &
senders="$senders $!"
python3 -c 'import os, shutil, sys
for name in os.listdir("python"):
    shutil.copy("python/" + name, sys.argv[1])' "$mnt/q" &
senders="$senders $!"
cd / || fail "cd /"
# shellcheck disable=SC2086 # a list of numbers
await_drained $senders

find "$tmp/got" -type f -exec sha256sum {} + | cut -d ' ' -f 1 | sort >"$tmp/received"
[ "$(wc -l <"$tmp/sent")" = $((share * 5)) ] || fail "staged $(wc -l <"$tmp/sent")"
all_came
names_are "$mnt/q" next || fail "ls shows $(names "$mnt/q")"
rmdir "$mnt/q" || fail "the queue is not empty"
