#!/usr/bin/env bash
# Rewrites PublicAPI.Unshipped.txt of every project under src from what the analyzer finds missing.
# Run it after a deliberate change of the public surface, and review the diff: the file is the record of the API.
set -euo pipefail
cd "$(dirname "$0")/.."

# The core first: a project is only looked at once what it depends on builds.
for project in src/Microsoft.ML.SimpleDiffusion src/Microsoft.ML.SimpleDiffusion.*; do
    file="$project/PublicAPI.Unshipped.txt"
    [ -e "$file" ] || continue # A program, not a library.
    before="$(cat "$file")"
    echo "#nullable enable" > "$file"
    log="$(dotnet build "$project" --nologo 2>&1 || true)"
    # Code that does not compile says nothing about the surface: leave the record as it was.
    if other="$(grep -E ": error " <<< "$log" | grep -v "error RS001[67]")"; then
        echo "$before" > "$file"
        sort -u <<< "$other" | head -5
        exit 1
    fi
    sed -n "s/.*error RS0016: Symbol '\(.*\)' is not part of the declared public API.*\[.*\/$(basename "$project").csproj.*/\1/p" <<< "$log" \
        | LC_ALL=C sort -u >> "$file"
done
