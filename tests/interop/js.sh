#!/bin/sh
# SPDX-License-Identifier: MIT
# local.md: "The AWS SDK for JavaScript (v3), sqs-consumer and sqs-producer work unchanged, with signatures verified."
. "$(dirname "$0")/server.sh"
need node npm

# Installed once, outside the source tree, in the versions that package.json names.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sqsfs/interop-js
mkdir -p "$cache" 2>/dev/null || skip "$cache cannot be made"
if ! cmp -s "$here/js/package.json" "$cache/installed.json"; then
	cp "$here/js/package.json" "$cache/"
	(cd "$cache" && timeout 300 npm install --no-audit --no-fund --loglevel=error) \
		>"$tmp/npm.log" 2>&1 || skip "npm cannot install: $(tail -n 3 "$tmp/npm.log")"
	cp "$cache/package.json" "$cache/installed.json"
fi
cp "$here"/js/*.mjs "$cache/"

write_credentials
start_server --credentials "$tmp/credentials"
node "$cache/sdk.mjs" "$endpoint" || fail "the SDK"
node "$cache/consumer.mjs" "$endpoint" || fail "sqs-consumer and sqs-producer"
stop_server
