#!/bin/sh
# SPDX-License-Identifier: MIT
# Who notices that close(2) fails, and that nothing is lost where nobody does.
# semantics.md: "A file that could not be sent stays listed with its content, and `user.sqs.error` says why in the service's own words."
. "$(dirname "$0")/../lib/idioms.sh"
need rsync curl bash dash
start_server
mount_sqsfs "$endpoint"
make_sources
expect_errors_in_log

# One row: the send is refused; the command ends with that status ("fails" for any but
# 0); the file stays with its content and its error, is sent on request, and just once.
refused() { # STATUS SHELL COMMAND
	row_begin - - - "$2" "$3" || return 0
	faults 'SendMessage* error=InvalidParameterValue'
	(cd "$tmp" && timeout 120 "$2" -c "$3") >"$tmp/out" 2>"$tmp/err" </dev/null
	row_status $? "$1"
	soon 5 test -s "$f" || row_wrong "ls shows '$(names "$q")'"
	grep -q one "$f" || row_wrong "the content is $(head -c 60 "$f")"
	soon 5 has_error || row_wrong "user.sqs.error is '$(xattr error "$f")'"
	! sync "$f" 2>/dev/null || row_wrong "sync says that it was sent"
	faults ''
	sync "$f" || row_wrong "sync does not send it"
	row_bodies "${4:-one\ntwo\n}"
	row_end
}

has_error() {
	xattr error "$f" | grep -q InvalidParameterValue
}

for sh in bash dash; do
	refused 0 $sh 'echo one > $f; echo "$?" >status; test "$(cat status)" = 0' 'one\n'
	refused 0 $sh 'set -e; printf "one\ntwo\n" > $f'
	refused 0 $sh '{ echo one; echo two; } > $f'
	refused 0 $sh '( echo one; echo two ) > $f'
	refused 0 $sh 'exec 3> $f; cat $src/text >&3; exec 3>&-'
done
refused fails bash 'cat $src/text > $f'
refused fails bash '/bin/echo one > $f' 'one\n'
for command in \
	'cp $src/text $f' 'cp -p $src/text $f' 'install $src/text $f' \
	'dd status=none if=$src/text of=$f' 'tee $f < $src/text' 'sort -o $f $src/text' \
	'sed -n "w $f" $src/text' 'awk "{ print > \"$f\" }" $src/text' \
	'tar cf t -C $src text --transform s/text/f/ && tar xf t -C $q' \
	'curl -s -o $f file://$src/text' 'rsync --inplace $src/text $f' \
	'perl -pe "BEGIN { open STDOUT, q(>), shift } END { close STDOUT or die }" $f $src/text' \
	'python3 -c "import shutil, os; shutil.copy(os.environ[\"src\"] + \"/text\", os.environ[\"f\"])"'; do
	refused fails sh "$command"
done
refused fails sh 'vim -u NONE -N -es -c "set viminfo=" -c "normal ione" -c wq $f' 'one\n'

# semantics.md: "Rename to another queue fails with EXDEV, so that `mv` copies, which sends, and then removes: when the send fails the source stays."
refused fails sh 'cp $src/text m; mv m $f'
[ -e "$tmp/m" ] || fail "mv removed its source although the send failed"
# Python's destructor does not look at the result of close.
refused 0 sh 'python3 -c "import os; open(os.environ[\"f\"], \"w\").write(\"one\ntwo\n\")"'
idioms_end
