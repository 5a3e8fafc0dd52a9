#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other, and goes on after a
# failure. What a run finds stays in Go's build cache for the next one; an input
# that fails is written to the package's testdata, where it is a test from then
# on. The exit status is 0 when nothing failed, 130 after Ctrl-C, and 1 otherwise.
#
#	FUZZTIME  how long each target runs (default 60s), as for go test -fuzztime
#	FUZZ      a regular expression that package/Target must match (default: any)
set -uo pipefail

time=${FUZZTIME:-60s}
pattern=${FUZZ:-.}

say() { printf 'fuzz: %s\n' "$*" >&2; }

# list prints PACKAGE/TARGET, a line for each target.
list() {
	local package names
	grep -rl --include='*_test.go' '^func Fuzz' . | xargs -r dirname | sort -u | while read -r package; do
		names=$(go test -list '^Fuzz' "$package") || {
			printf '%s\n' "$names" >&2
			exit 1
		}
		grep '^Fuzz' <<<"$names" | sed "s|^|${package#./}/|"
	done
}

# inputs reads the log of a failed run and prints what failed in it.
inputs() {
	local package=$1 found
	found=$(sed -n \
		-e "s|^.*Failing input written to |$package/|p" \
		-e "s|^.*failure while testing seed corpus entry: |seed |p" "$log" | sort -u)
	printf '%s' "${found:-no input was written, see above}" | tr '\n' ' '
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Go hears of Ctrl-C too and ends the target; the script sums up after that.
stopped=
trap 'stopped=1' INT TERM

all=$(list) || exit 1
targets=$(grep -E -- "$pattern" <<<"$all") || {
	say "no target matches $pattern; there are:"
	printf '%s\n' "$all" >&2
	exit 1
}

total=$(wc -l <<<"$targets") number=0 failures=()
for target in $targets; do
	[ -z "$stopped" ] || break
	number=$((number + 1)) package=${target%/*} name=${target##*/}
	say "$number of $total: $target, for $time"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 10s "./$package" 2>&1 | tee -i "$log" ||
		[ -n "$stopped" ] || failures+=("$target: $(inputs "$package")")
done

if [ -n "$stopped" ]; then
	say "stopped during target $number of $total"
fi
for failure in ${failures[@]+"${failures[@]}"}; do
	say "FAILED $failure"
done
if [ ${#failures[@]} -gt 0 ]; then
	exit 1
elif [ -n "$stopped" ]; then
	exit 130
fi
say "nothing failed (targets: $total, each for $time)"
