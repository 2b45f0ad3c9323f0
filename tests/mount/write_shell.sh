#!/bin/sh
# SPDX-License-Identifier: MIT
# What bash and dash do with redirections: each row is one message, or none.
# semantics.md: "The file is sent when it is complete, which is at its last close."
# semantics.md: "When a child or another process still holds the file, it is sent at the very last close, in the background, as one message."
. "$(dirname "$0")/../lib/idioms.sh"
need bash dash
mount_sqsfs -o receipt=60
make_sources

for sh in bash dash; do
	sends 'hi\n' $sh 'echo hi > $f'
	sends 'hi' $sh 'printf hi > $f'
	sends 'hi\n' $sh '/bin/echo hi > $f'
	sends 'hi\n' $sh 'echo hi | cat > $f'
	sends 'hi\n' $sh 'echo hi >> $f'
	sends 'hi\n' $sh 'echo hi >| $f'
	sends 'hi\n' $sh 'set -C; echo hi > $f'
	sends 'hi\n' $sh 'set -e; echo hi > $f; true'
	sends 'hi\nho\n' $sh 'cat > $f <<END
hi
ho
END'
	sends '@'"$src/text" $sh 'cat $src/text > $f'
	sends 'a\nb\n' $sh '{ echo a; echo b; } > $f'
	sends 'a\nb\n' $sh '{ echo a; /bin/echo b; } > $f'
	sends 'a\nb\n' $sh '{ /bin/echo a; /bin/echo b; } > $f'
	sends 'a\nb\n' $sh '( echo a; /bin/echo b ) > $f'
	sends '1\n2\n3\n' $sh 'for n in 1 2 3; do echo $n; done > $f'
	sends '1\n2\n3\n' $sh 'for n in 1 2 3; do /bin/echo $n; done > $f'
	sends '1\n2\n3\n' $sh 'seq 3 | while read n; do echo $n; done > $f'
	sends 'w\n' $sh 'w() { echo w; }; w > $f'
	sends 'a\nb\n' $sh 'exec 3> $f; echo a >&3; echo b >&3; exec 3>&-'
	sends 'a\nb\n' $sh 'exec 3> $f; echo a >&3; /bin/echo b >&3; exec 3>&-'
	sends 'a\nb\n' $sh 'exec 3> $f; /bin/echo a >&3; /bin/echo b >&3'
	sends 'a\nb\n' $sh 'exec 3> $f; echo a >&3; echo b >&3'
	sends 'a\n' $sh 'exec > $f; echo a'
	sends 'a\nb\n' $sh 'exec > $f; echo a; /bin/echo b'
	sends 'late\n' $sh '( sleep 0.3; echo late ) > $f & wait'
	sends 'late\n' $sh '( sleep 0.3; echo late ) > $f &'
	sends 'a\nlate\n' $sh 'exec 3> $f; echo a >&3; ( sleep 0.3; echo late >&3 ) & exec 3>&-'
	sends 'a\n b\n' $sh 'echo a > $f; echo b > $f'
	sends 'a\n b\n' $sh 'echo a >> $f; echo b >> $f'
	sends 'in\n' $sh 'echo in | tee $f > /dev/null'
	sends 'in\n' $sh 'echo in | xargs sh -c "echo \$0 > \$f"'
	sends 'a\nb\n' $sh 'exec 3<> $f; echo a >&3; echo b >&3; exec 3>&-'
	sends 'out\nerr\n' $sh '{ echo out; echo err >&2; } > $f 2>&1'
	sends 'a\n' $sh 'trap "echo a" EXIT; exec > $f'
	sends '1\n 2\n 3\n' $sh 'for n in 1 2 3; do echo $n > $q/$n & done; wait'
	sends 'hi\n' $sh 'echo hi > "$q/a b; c"'
	idiom 3 'a\n' next $sh 'exec > $f; echo a; exit 3'
	idiom 0 '' 'f next' $sh ': > $f'
	idiom 0 '' 'f next' $sh 'exec 3> $f; exec 3>&-'
	idiom 0 '' 'f next' $sh 'cat $src/empty > $f'
	idiom fails '' 'f next' $sh 'no-such-program > $f'
	idiom 0 '' 'f.tmp next' $sh 'echo hi > $f.tmp'
	sends 'hi\n' $sh 'echo hi > $f.tmp; mv $f.tmp $f'
	sends 'hi\n' $sh 'echo hi > $f.tmp && mv $f.tmp $f && sync $f'
	sends 'hi\n' $sh 'echo hi > $f && sync $f'
	sends 'hi\n' $sh 'umask 022; echo hi > $f && chmod 600 $f && touch $f'
	idiom fails '' next $sh 'echo hi > $q/next'
	idiom fails '' next $sh 'echo hi > $q/absent/f'
done
idioms_end
