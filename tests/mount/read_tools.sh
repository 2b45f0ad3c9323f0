#!/bin/sh
# SPDX-License-Identifier: MIT
# What everyday programs do when they read `next`: each sees all of one message and
# takes just one.
# semantics.md: "fstat of an open `next` gives the size of its message, so tools that ask for the size first see all of it; before it is opened its size is 0."
# semantics.md: "sendfile(2) and splice(2) from an open `next` give all of its message too, whether its size was asked for or not."
# semantics.md: "Each open of `next` owns its own message."
. "$(dirname "$0")/../lib/idioms.sh"
need rsync curl perl openssl bash xxd
mount_sqsfs -o visibility=600
make_sources
python3 -c 'print("\n".join("line %d of a message" % n for n in range(15000)))' >"$src/long"
export long="$src/long" n

# One row: of two messages the command reads one, and writes what it makes of it to
# standard output, which is what the same command makes of the file $long. So many
# messages are in flight afterwards.
row_reads() { # IN-FLIGHT SHELL COMMAND
	in_flight=$1
	shift
	row_begin - - - "$1" "$2" || return 0
	cp "$long" "$q/1" && cp "$long" "$q/2" || row_wrong "cp failed"
	n=$q/next
	(cd "$tmp" && timeout 120 "$1" -c "$2") >"$tmp/out" 2>"$tmp/err" </dev/null
	row_status $? 0
	n=$long
	(cd "$tmp" && "$1" -c "$2") >"$tmp/out.file" 2>/dev/null </dev/null
	cmp -s "$tmp/out" "$tmp/out.file" || row_wrong "it makes $(wc -c <"$tmp/out") other bytes of next than of a file"
	# What nobody has read goes back behind the end of the command.
	soon 5 has_messages $((2 - in_flight)) || row_wrong "$(cat "$q/.sqs/count") messages are visible"
	soon 5 is_in_flight "$in_flight" || row_wrong "ls shows '$(names "$q")'"
	drain "row-$rows" "$tmp/rest"
	[ "$drained" = $((2 - in_flight)) ] || row_wrong "$drained messages are left"
	cmp -s "$tmp/rest/1" "$long" || row_wrong "the other message is altered"
	row_end
}

is_in_flight() { # NUMBER
	[ "$(find "$q" -name '????????-*' | wc -l)" = "$1" ]
}

reads() { # SHELL COMMAND
	row_reads 1 "$@"
}

# semantics.md: "A message that was opened and closed without a read goes back to the queue."
only_asks() { # SHELL COMMAND
	row_reads 0 "$@"
}

for command in 'cat $n' 'cat < $n' 'head -c 1000000 $n' 'head -n 20000 $n' 'tail -c 100 $n' 'tail -n 5 $n' \
	'tail -n +3 $n' 'cp $n c; cat c' 'dd status=none if=$n' 'dd status=none if=$n bs=1M' \
	'wc < $n' 'grep -c line $n' 'grep -h 777 $n' 'sed s/line/row/ $n' \
	'sed -n "\$p" $n' 'awk "{ print \$2 }" $n' 'sort $n' 'sort -r $n' 'tac $n' \
	'md5sum < $n' 'sha256sum < $n' 'od -c $n' 'xxd $n' 'base64 $n' 'cut -c 1-9 $n' 'tr a-z A-Z < $n' \
	'nl $n' 'fold $n' 'uniq $n' 'paste $n' 'gzip -nc < $n' 'bzip2 -c < $n' 'tee < $n' \
	'openssl dgst -sha256 -r < $n' 'openssl enc -base64 -in $n' 'curl -s file://$n' 'perl -ne print $n' \
	'rsync $n r; cat r' 'rsync -a --no-times $n r; cat r' 'install $n i; cat i' 'split -n 1 $n s; cat saa' \
	'cmp $n $long && echo same' 'diff $n $long && echo same' 'xargs -n 700 < $n' \
	'read -r first < $n; echo "$first"' 'while read -r l; do echo "$l"; done < $n' 'body=$(cat $n); echo "$body"'; do
	reads sh "$command"
done
for command in 'gzip -nc $n | gzip -dc' 'cp -p $n c; cat c' 'cp --sparse=always $n c; cat c' \
	'dd status=none if=$n iflag=direct bs=4096' 'tail -n 1 < $n' 'strings $n' 'rev $n' 'expand $n' \
	'python3 -c "import sys; print(sys.stdin.read(), end=str())" < $n' 'awk "END { print NR }" $n' \
	'printf "5p\n" | ed -s $n' 'split -b 100k $n s; cat saa'; do
	reads sh "$command"
done
for command in 'echo "$(<$n)"' 'mapfile -t lines < $n; echo ${#lines[@]} "${lines[77]}"' \
	'exec 3< $n; read -u 3 a; read -u 3 b; echo "$a $b"; cat <&3'; do
	reads bash "$command"
done
for command in 'sys.stdout.write(open(n).read())' 'print(len(open(n, "rb").read()))' \
	'print(pathlib.Path(n).read_text(), end="")' 'print(open(n).readlines()[5])' \
	'shutil.copyfile(n, "c"); print(open("c").read())' 'shutil.copy(n, "c"); print(open("c").read())' \
	'shutil.copy2(n, "c"); print(open("c").read())' \
	'shutil.copyfileobj(open(n, "rb"), sys.stdout.buffer)' \
	'import subprocess; print(subprocess.run(["wc"], stdin=open(n), capture_output=True).stdout)' \
	'f = open(n, "rb"); o = open("c", "wb"); print(os.sendfile(o.fileno(), f.fileno(), 0, 1000000))' \
	'print(os.sendfile(1, os.open(n, os.O_RDONLY), None, 1000000))' \
	'f = open(n, "rb"); print(mmap.mmap(f.fileno(), 0, flags=mmap.MAP_PRIVATE)[-20:])' \
	'f = open(n, "rb"); f.seek(-20, 2); print(f.read())' \
	'f = open(n, "rb"); print(os.pread(f.fileno(), 20, 1000), os.pread(f.fileno(), 20, 7))'; do
	reads sh "python3 -c 'import mmap, os, pathlib, shutil, sys
n = os.environ[\"n\"]
$command'"
done
for command in 'wc -c < $n' 'test -s /dev/fd/3 3< $n && echo yes' \
	'stat -L -c %s - < $n' 'exec 3< $n; exec 3<&-'; do
	only_asks sh "$command"
done

# semantics.md: "They give all of a file of `.sqs` and of `.stats` too, and fstat gives its size while it is open."
row_begin - - - sh 'sendfile of controls'
for body in one two three; do
	echo $body >"$q/$body"
done
python3 -c 'import os, sys
os.chdir(sys.argv[1])
for name in sys.argv[2:]:
    want = open(name, "rb").read()
    for asks in False, True, False:
        f = os.open(name, os.O_RDONLY)
        if asks and os.fstat(f).st_size != len(want):
            sys.exit(f"{name}: {os.fstat(f).st_size} bytes instead of {len(want)}")
        o = os.open("copy", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        while os.sendfile(o, f, None, 1000000):
            pass
        if os.pread(o, 1000000, 0) != want:
            sys.exit(f"{name}: {os.pread(o, 1000000, 0)} instead of {want}")
        os.close(f)' \
	"$tmp" "$q/.sqs/count" "$q/.sqs/dump" "$q/.sqs/arn" "$q/.sqs/attributes/VisibilityTimeout" "$q/.sqs/redrive" \
	2>"$tmp/err" || row_wrong "$(tail -n 1 "$tmp/err")"
python3 -c 'import os, sys
f = os.open(sys.argv[1], os.O_RDONLY)
copy = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT | os.O_TRUNC)
while os.sendfile(copy, f, None, 1000000):
    pass
text = os.pread(copy, 1000000, 0)
sys.exit(len(text) != os.fstat(f).st_size or b"sqsfs_uptime_seconds" not in text)' \
	"$mnt/.stats" "$tmp/copy" || row_wrong ".stats is not all there"
# semantics.md: "Of several who have such a file open at once that is the first; for the others, from Linux 6.5 on, they fail with EINVAL, on which busybox's `cat` goes on with read(2)."
seq 6 >"$q/.sqs/lines"
python3 -c 'import errno, os, sys
def copy(f):
    o = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    try:
        while os.sendfile(o, f, None, 1000000):
            pass
    except OSError as e:
        if e.errno != errno.EINVAL:
            raise
        os.write(o, os.read(f, 1000000))
    return os.pread(o, 1000000, 0)
count = sys.argv[1] + "/.sqs/count"
first = os.open(count, os.O_RDONLY)
with open(sys.argv[1] + "/ten", "w") as f:
    f.write("ten")
second = os.open(count, os.O_RDONLY)
if (copy(second), copy(first)) != (b"10\n", b"9\n"):
    sys.exit("of two who have count open, one reads what is not its own")
os.close(first)
third = os.open(count, os.O_RDONLY)
if copy(third) != b"10\n":
    sys.exit("a third reads something else")
os.close(second), os.close(third)' "$q" "$tmp/copy" 2>"$tmp/err" || row_wrong "$(tail -n 1 "$tmp/err")"
row_end

# semantics.md: "A shared mapping of a file fails with ENODEV; a private one, of a message, works."
row_begin - - - sh 'a shared mapping of next'
cp "$long" "$q/1"
python3 -c 'import errno, mmap, sys
f = open(sys.argv[1], "rb")
try:
    mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
except OSError as e:
    sys.exit(e.errno != errno.ENODEV)
sys.exit(1)' "$q/next" || row_wrong "it does not fail with ENODEV"
row_end

# GNU tar takes the size from before the open: it stores an empty member, loudly or not,
# and the message stays in the queue.
row_begin - - - sh 'tar of next'
cp "$long" "$q/1"
tar -cf "$tmp/t" -C "$q" next 2>"$tmp/err"
is_there_still() {
	is_in_flight 1 || hear_body "row-$rows" | cmp -s - "$long"
}
soon 5 is_there_still || row_wrong "the message is gone"
row_end
idioms_end
