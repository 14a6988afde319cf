#!/bin/sh
# Prints the path of a Chromium for the browser tests; installs Debian's package if there is none.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        command -v "$name"
        exit 0
    fi
done
if ! command -v apt-get >/dev/null 2>&1; then
    echo "No Chromium found: install one for the browser tests, or set TRIMTAB_CHROMIUM." >&2
    exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
{
    $as_root apt-get update -q
    $as_root apt-get install -q -y --no-install-recommends chromium
} >&2
command -v chromium
