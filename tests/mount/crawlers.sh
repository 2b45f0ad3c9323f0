#!/bin/sh
# SPDX-License-Identifier: MIT
# What walks over a mount hides no more messages than it opens: none, or one of each queue.
. "$(dirname "$0")/../lib/mount.sh"
need tar rsync
mount_sqsfs -o wait=1,visibility=600
crawls=0

# A mount of two queues with ten messages each; the command ($m is the mount) leaves so
# many of each in sight.
leaves() { # AT-LEAST SHELL-COMMAND
	crawls=$((crawls + 1))
	for queue in "a$crawls" "b$crawls"; do
		mkdir "$mnt/$queue"
		for n in 1 2 3 4 5 6 7 8 9 10; do
			echo "$n" >"$mnt/$queue/f"
		done
	done
	(cd "$tmp" && m=$mnt timeout 60 sh -c "$2") >"$tmp/out" 2>"$tmp/err" </dev/null
	for queue in "a$crawls" "b$crawls"; do
		sync "$mnt/$queue"
		left=$(cat "$mnt/$queue/.sqs/count")
		[ "$left" -ge "$1" ] || fail "'$2' hid $((10 - left)) messages of $queue"
		rm -f "$mnt/$queue"/????????-*
		echo now >"$mnt/$queue/.sqs/purge"
		sync "$mnt/$queue" && rmdir "$mnt/$queue" || fail "rmdir after '$2'"
	done
}

# semantics.md: "A listing never receives a message."
# semantics.md: "Nothing but opening `next` or `next.NAME`, listing `.sqs/inbox` and reading `.sqs/dump` receives: stat, ls, find and lookups do not."
leaves 10 'ls -laR $m'
leaves 10 'ls -laR $m/*/.sqs/attributes $m/*/.sqs/tags'
leaves 10 'find $m -ls'
leaves 10 'find $m -type f -size +1k -newer /etc/hostname'
leaves 10 'find $m -empty'
leaves 10 'du -a $m'
leaves 10 'stat $m/* $m/*/*'
leaves 10 'getfattr -dR $m'
leaves 10 'python3 -c "import os; [os.stat(os.path.join(d, f)) for d, _, fs in os.walk(os.environ[\"m\"]) for f in fs]"'
leaves 10 'bash -c "compgen -f \$m/; compgen -f \$m/a"'
leaves 10 'test -r $m/a*/next -a -s $m/a*/next.x'
# What updatedb and its like do: names, and what kind of thing each is.
leaves 10 'find $m -printf "%p %y %s %T@\n"'
# The empty file that tar takes it for is not opened, or given back.
leaves 9 'tar -cf t.tar -C $m .'
# semantics.md: "What opens every file that it sees receives one message from each queue, and it comes back after its visibility timeout; `-o hide_next` spares even that."
leaves 9 'grep -r nothing-has-this $m'
leaves 9 'rsync -a $m/ copy/'
leaves 9 'cp -a $m copy2'
leaves 9 'find $m -type f -exec cat {} +'
leaves 9 'file $m/*/*'
leaves 9 'md5sum $m/*/*'
leaves 9 'wc -l $m/*/*'
remount -o wait=1,hide_next
for command in 'grep -r . $m' 'rsync -a $m/ copy3/' 'cp -a $m copy4' 'tar -cf t.tar -C $m .' 'find $m -type f -exec cat {} +'; do
	leaves 10 "$command"
done
