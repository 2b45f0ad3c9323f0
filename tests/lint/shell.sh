#!/bin/sh
# SPDX-License-Identifier: MIT
# Every script passes shellcheck.
. "$(dirname "$0")/common.sh"

if ! command -v shellcheck >/dev/null; then
	echo "shellcheck is missing: apt install shellcheck"
	exit 77
fi
# shellcheck disable=SC2046 # a list of words
shellcheck --shell=sh --severity=warning --external-sources --source-path=SCRIPTDIR $(scripts)
shellcheck --shell=bash --severity=warning docs/completion/sqsfs.bash
finish
