#!/bin/sh
# Prints the path of the ONNX Runtime library, fetching it first if need be.
#
# DELEN_ONNXRUNTIME, if set, names the library and nothing is fetched. Otherwise
# it comes once, as a part of the npm package onnxruntime-node, into a cache
# outside the clone, where the program looks for it too. What is kept has the
# digest below; it gets its name only when it is whole and checked, so that two
# runs at once, or one that is broken off, do no harm.
set -eu

version=1.27.0
library=libonnxruntime.so.1

say() { printf 'onnxruntime: %s\n' "$*" >&2; }
die() {
	say "$@"
	say "Or set DELEN_ONNXRUNTIME to the path of a $library of version $version."
	exit 1
}

# digest FILE prints the file's SHA-256.
digest() { sha256sum "$1" | cut -d ' ' -f 1; }

if [ -n "${DELEN_ONNXRUNTIME:-}" ]; then
	[ -f "$DELEN_ONNXRUNTIME" ] || {
		say "DELEN_ONNXRUNTIME is $DELEN_ONNXRUNTIME, which is no file. Correct or unset it."
		exit 1
	}
	# Absolute, because a test runs in its package's directory.
	realpath "$DELEN_ONNXRUNTIME"
	exit
fi

[ "$(uname -s)" = Linux ] || die "there is a known build for Linux only, this is $(uname -s)."
case $(uname -m) in
x86_64 | amd64)
	arch=x64
	sha256=d8aff4aa8abee8fb2abb2f2f2459ffc94461e781e41b9f7c072829dd0d470221
	;;
aarch64 | arm64)
	arch=arm64
	sha256=c36bc200e7e6c093b8abb0b34590fbdd8c52fd3fb5e33795b9523ffdde2fce0f
	;;
*) die "there is a known build for x86-64 and arm64, this is $(uname -m)." ;;
esac

dir=${XDG_CACHE_HOME:-${HOME:?is not set, so there is no cache directory}/.cache}/delen/onnxruntime-$version
if [ -f "$dir/$library" ]; then
	printf '%s\n' "$dir/$library"
	exit
fi

command -v npm >/dev/null || die "npm is missing and fetches the library. On Debian: apt-get install npm"
mkdir -p "$dir" || die "cannot create $dir. Set XDG_CACHE_HOME to a directory that can be written."

# Beside its destination, so that the last step is a rename in one file system.
tmp=$(mktemp -d "$dir/fetch.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

say "fetching ONNX Runtime $version for $arch, about 100 MB, into $dir"
member=package/bin/napi-v6/linux/$arch/$library
# With a cache of its own, or npm would keep the package a second time for good.
(
	cd "$tmp"
	npm pack --loglevel=error --ignore-scripts --logs-max=0 --no-update-notifier --cache="$tmp/npm" "onnxruntime-node@$version" >/dev/null
) || die "npm could not fetch onnxruntime-node@$version (see above)." \
	"Check the network, npm's registry and the space in $dir, then try again."
tar -xzf "$tmp/onnxruntime-node-$version.tgz" -C "$tmp" "$member" ||
	die "the package has no readable $member."

got=$(digest "$tmp/$member")
[ "$got" = "$sha256" ] ||
	die "$library has SHA-256 $got, expected $sha256." \
		"Nothing was kept: what npm delivers is not the release that this program was tested with."
mv -f "$tmp/$member" "$dir/$library"
printf '%s\n' "$dir/$library"
