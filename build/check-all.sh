#!/usr/bin/env bash
# Runs the checks that take too long for every commit, one after the other, and ends with what each of them gave.
#
#   build/check-all.sh            all
#   build/check-all.sh NAME ...   those
set -uo pipefail
cd "$(dirname "$0")/.."

# A name and a command, one a line.
checks='
packages    bash build/pack-test.sh
links       bash build/check-links.sh
ranks       bash build/check-ranks.sh
web         bash build/check-web.sh
'

summary=()
status=0
while read -r name command; do
    [ -n "$name" ] || continue
    if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
    echo "=== $name: $command"
    started=$SECONDS
    if $command < /dev/null; then result=passed; else result=FAILED status=1; fi
    summary+=("$(printf '%-10s %s in %d s' "$name" "$result" $((SECONDS - started)))")
done <<< "$checks"

[ ${#summary[@]} -gt 0 ] || { echo "There is no check of that name: $*" >&2; exit 2; }
echo
printf '%s\n' "${summary[@]}"
exit $status
