#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "Exit status: 0 when it was ended by a signal, 1 when it could not serve, 2 for wrong use; each with one line that says what to do"
. "$(dirname "$0")/../interop/server.sh"
cd "$tmp" || exit 1
rows=0

# One row: the status, what the one line on standard error begins with, the arguments.
refuses() { # STATUS WORDS [ARGUMENT]...
	rows=$((rows + 1))
	status=$1
	words="sqs-local: $2"
	shift 2
	timeout 10 "$SQS_LOCAL" "$@" >"$tmp/out" 2>"$tmp/err"
	seen=$?
	[ "$seen" = "$status" ] || fail "$*: status $seen, expected $status: $(cat "$tmp/err")"
	[ "$(wc -l <"$tmp/err")" = 1 ] || fail "$*: not one line: $(cat "$tmp/err")"
	case $(cat "$tmp/err") in
	"$words"*) ;;
	*) fail "$*: it says '$(cat "$tmp/err")', expected '$words'" ;;
	esac
	[ ! -s "$tmp/out" ] || fail "$*: standard output is $(cat "$tmp/out")"
}

: >empty
mkdir shared && chmod 777 shared
server_dir=$tmp/taken
start_server

refuses 2 "name the directory to serve from"
refuses 2 "one directory is enough; what is b" a b
refuses 2 "no such option, or a value too many: --bogus" --bogus a
refuses 2 "no such option, or a value too many: -x" -x a
refuses 2 "a value is missing: --listen" --listen
refuses 2 "no such option, or a value too many: --debug=1" --debug=1 a
refuses 2 "--sync is full or normal, not none" --sync none a
refuses 1 'cannot listen on "localhost:1": give ADDRESS:PORT' --listen localhost:1 a
refuses 1 'cannot listen on "127.0.0.1": give ADDRESS:PORT' --listen 127.0.0.1 a
refuses 1 'cannot listen on "127.0.0.1:65536": give ADDRESS:PORT' --listen 127.0.0.1:65536 a
refuses 1 'cannot listen on "::1:0": give ADDRESS:PORT' --listen ::1:0 a
refuses 1 "cannot listen on $address: Address already in use" --listen "$address" a
refuses 1 "other machines can connect to 0.0.0.0:0: name a credentials file" --listen 0.0.0.0:0 a
refuses 1 "other machines can connect to [::]:0: name a credentials file" --listen '[::]:0' a
refuses 1 "$server_dir is in use by sqs-local (pid $server_pid): stop it, or" "$server_dir"
refuses 1 "others may write to shared: run \"chmod go-w\" on it" shared
refuses 1 "cannot make the directory no/such: No such file or directory" no/such
refuses 1 "cannot open the directory empty: Not a directory" empty
refuses 1 'account "12": an account is 12 digits' --account 12 a
refuses 1 'region "EU": a region is a name such as us-east-1' --region EU a
refuses 1 "cannot read the credentials file nosuch: No such file" --credentials nosuch a
refuses 1 "the credentials file empty has no profile with aws_access_key_id" --credentials empty a
refuses 1 "cannot write the request log no/log: No such file or directory" --log no/log a
refuses 1 'fault rule: there is no "explode"' --faults 'SendMessage explode' a

for option in --help --version; do
	"$SQS_LOCAL" "$option" >"$tmp/out" 2>"$tmp/err" || fail "$option: status $?"
	[ -s "$tmp/out" ] && [ ! -s "$tmp/err" ] || fail "$option goes to standard output"
done
echo "$rows rows"
stop_server
