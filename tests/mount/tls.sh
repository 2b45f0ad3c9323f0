#!/bin/sh
# SPDX-License-Identifier: MIT
# Over TLS, as Amazon's endpoints are: tests/lib/tls.py stands before sqs-local.
. "$(dirname "$0")/../lib/mount.sh"
need openssl python3
start_server

certify() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj "/CN=$1" -addext "subjectAltName=DNS:$1" \
		-keyout "$tmp/$1.key" -out "$tmp/$1.pem" 2>"$tmp/openssl.log" ||
		fail "openssl: $(cat "$tmp/openssl.log")"
}

serve_tls() { # NAME; sets $secure
	certify "$1"
	python3 "$(dirname "$0")/../lib/tls.py" "$endpoint" "$tmp/$1.pem" "$tmp/$1.key" \
		>"$tmp/tls-$1" 2>"$tmp/tls.log" &
	background $!
	await 20 grep -q '^https' "$tmp/tls-$1"
	secure=$(cat "$tmp/tls-$1")
}

fails_to_mount() { # COMMAND...
	! "$@" "$mnt" 2>"$tmp/err" || fail "it mounts"
	[ "$(wc -l <"$tmp/err")" = 1 ] && grep -q certificate "$tmp/err" ||
		fail "it says: $(cat "$tmp/err")"
}

# semantics.md: "An `https://` endpoint must show a certificate for its name that the machine trusts, or the file that `AWS_CA_BUNDLE` names; else the command fails with one line."
serve_tls elsewhere.example
fails_to_mount env AWS_CA_BUNDLE="$tmp/elsewhere.example.pem" "$SQSFS" "$secure"
serve_tls localhost
fails_to_mount "$SQSFS" "$secure"
fails_to_mount env AWS_CA_BUNDLE="$tmp/elsewhere.example.pem" "$SQSFS" "$secure"
export AWS_CA_BUNDLE="$tmp/localhost.pem"
mount_sqsfs -o wait=30,prefetch=20,visibility=600 "$secure"

# Small and large, alone and in batches, from here and to here.
mkdir "$mnt/q" "$tmp/sent"
say hello q
hear q hello
rm "$mnt"/q/????????-*
sync "$mnt/q"
for n in $(seq 40); do
	head -c $((n * n * 450)) /dev/urandom >"$tmp/sent/$n"
done
# shellcheck disable=SC2016 # for the other shell
printf '%s\n' "$tmp"/sent/* | xargs -P 16 -n 1 sh -c 'cp "$1" "$0/q/"' "$mnt" || fail "cp"
sync "$mnt/q"
drain q "$tmp/got"
[ "$drained" = 40 ] || fail "$drained of 40"
(cd "$tmp/sent" && sha256sum -- * | cut -d ' ' -f 1 | sort) >"$tmp/sent.sums"
(cd "$tmp/got" && sha256sum -- * | cut -d ' ' -f 1 | sort) >"$tmp/got.sums"
cmp "$tmp/sent.sums" "$tmp/got.sums" || fail "altered on the way"
rm "$mnt"/q/????????-*
sync "$mnt/q"

# A long poll over TLS ends with the message.
cat "$mnt/q/next" >"$tmp/heard" &
reader=$!
background "$reader"
await 10 waits_in_open "$reader"
say late q
wait "$reader" || fail "the reader failed"
[ "$(cat "$tmp/heard")" = late ] || fail "heard $(cat "$tmp/heard")"
rm "$mnt"/q/????????-*
unmount
