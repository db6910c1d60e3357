#!/usr/bin/env bash
# Rewrites PublicAPI.Unshipped.txt of every project under src from what the analyzer finds missing.
# Run it after a deliberate change of the public surface, and review the diff: the file is the record of the API.
set -euo pipefail
cd "$(dirname "$0")/.."

# The core first: a project is only looked at once what it depends on builds.
for project in src/Microsoft.ML.SimpleDiffusion src/Microsoft.ML.SimpleDiffusion.*; do
    file="$project/PublicAPI.Unshipped.txt"
    [ -e "$file" ] || continue # A program, not a library.
    echo "#nullable enable" > "$file"
    dotnet build "$project" --nologo 2>&1 \
        | sed -n "s/.*error RS0016: Symbol '\(.*\)' is not part of the declared public API.*\[.*\/$(basename "$project").csproj.*/\1/p" \
        | LC_ALL=C sort -u >> "$file" || true
done
