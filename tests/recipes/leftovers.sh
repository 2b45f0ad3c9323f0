#!/bin/sh
# SPDX-License-Identifier: MIT
# What is left in a queue's directory, and the line of cron that looks after it; with a tool that
# does not look: tests/recipes/munpack.sh.
. "$(dirname "$0")/../lib/mount.sh"
need find python3
mount_sqsfs -o wait=1
mkdir "$mnt/q"
look_after() {
	find "$mnt/q" -maxdepth 1 -type f ! -name next -exec sync {} + 2>"$tmp/err"
}

# recipes.md: "It sends neither drafts, nor a file that is still being written, nor one whose writer was killed; for the last two it fails."
echo draft >"$mnt/q/a.part"
look_after || fail "it fails for a draft: $(cat "$tmp/err")"
exec 3>"$mnt/q/open"
echo begin >&3
! look_after || fail "it does not tell of a file that is being written"
hear q
echo end >&3
exec 3>&-
[ "$(hear_body q | tr '\n' ' ')" = 'begin end ' ] || fail "the file that was written meanwhile differs"
python3 - "$mnt/q/killed" <<'END'
import os, signal, sys
os.write(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), b'half')
os.kill(os.getpid(), signal.SIGKILL)
END
says_why() {
	[ "$(xattr error "$mnt/q/killed")" = 'writer was killed' ]
}
await 10 says_why
! look_after || fail "it does not tell of a file whose writer was killed"
hear q
