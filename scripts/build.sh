#!/bin/sh
# The name that Flink's flink-container/docker has for this: flinkpack, from the PATH or the build of
# this checkout. Its command lines work unchanged, from that directory too.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for program in "$here/flinkpack" "$here/../build/release/builder/cli/flinkpack"; do
    if [ -x "$program" ]; then
        exec "$program" build "$@"
    fi
done
if command -v flinkpack >/dev/null; then
    exec flinkpack build "$@"
fi
echo "build.sh: there is no flinkpack here; put it beside this script or on the PATH" >&2
exit 127
