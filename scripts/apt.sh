#!/bin/sh
# Installs the Debian packages that a file lists, one to a line, and that are not
# there yet. Lines may be empty or comments (#).
set -eu

list=${1:?usage: apt.sh FILE}
[ -r "$list" ] || {
	printf 'apt: cannot read %s\n' "$list" >&2
	exit 1
}

missing=
for package in $(sed 's/#.*//' "$list"); do
	case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
	installed) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

# su is the command in front of apt-get; empty for root.
su=
if ! command -v apt-get >/dev/null; then
	printf 'apt: this is no Debian: install what corresponds to:%s\n' "$missing" >&2
	exit 1
elif [ "$(id -u)" -ne 0 ]; then
	su=sudo
	command -v sudo >/dev/null || {
		printf 'apt: as root, run: apt-get install%s\n' "$missing" >&2
		exit 1
	}
fi

printf 'apt: installing%s\n' "$missing" >&2
$su apt-get update -q
# shellcheck disable=SC2086 # a list of words
$su env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
