#!/usr/bin/env bash
# Lists the packages that have tests which try more in full than with -short.
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rlE 'trials\.Pick|testing\.Short\(\)|^\[!?short\]' --include='*_test.go' --include='*.txtar' . |
	sed -E 's,/[^/]*$,,; s,/testdata.*,,' | sort -u
