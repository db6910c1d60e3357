#!/usr/bin/env bash
# Changes the code of the areas that must not be wrong, one small change at a time, and counts the changes that the area's tests notice (Stryker).
#   build/mutation.sh REPORTS [AREA...]
# An area is a folder of the library, one below it (Options/Validation), or files there (Options/OptionPath.cs, 'Persistence/Safetensors*.cs'), which takes minutes where an area takes hours;
# REPORTS gets one folder for each, with a page of what survived.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
reports="$(realpath -m "${1:?the folder for the reports}")"
shift
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

dotnet tool install dotnet-stryker --version 5.1.0 --tool-path "$work/tools" > "$work/install.log" || { cat "$work/install.log"; exit 1; }

# The tests that hold an area, as a filter of dotnet test: all others would make a run last for days.
declare -A tests=(
    [Diffusion]='FullyQualifiedName~Tests.Diffusion|FullyQualifiedName~Tests.Samplers'
    [Samplers]='FullyQualifiedName~Tests.Samplers|FullyQualifiedName~Tests.Diffusion'
    [Networks/Wavelets]='FullyQualifiedName~Tests.Networks.Wavelets'
    [Options]='FullyQualifiedName~Tests.Options|FullyQualifiedName~PresetsTests'
    # Without those that start processes and kill them (where a change makes such a process run for ever, it stays) and those that train, which take minutes for each change.
    [Persistence]='FullyQualifiedName~Tests.Persistence&FullyQualifiedName!~KilledSaveTests&FullyQualifiedName!~FilesTests&FullyQualifiedName!~FaultInjectionTests'
)
areas=("$@")
if [ ${#areas[@]} -eq 0 ]; then areas=(Diffusion Samplers Networks/Wavelets Options Persistence); fi

# The filter of an area, or of the one that a part lies in.
filter() {
    local part="$1"
    until [ -n "${tests[$part]:-}" ]; do
        if [[ "$part" != */* ]]; then echo "There is no area '$1'." >&2; return 1; fi
        part="${part%/*}"
    done
    echo "${tests[$part]}"
}

for area in "${areas[@]}"; do
    filter="$(filter "$area")"
    if [[ "$area" == *.cs ]]; then files="$area"; else files="$area/**/*.cs"; fi
    cat > "$work/stryker.json" <<JSON
{
  "stryker-config": {
    "project": "Microsoft.ML.SimpleDiffusion.csproj",
    "test-projects": ["Microsoft.ML.SimpleDiffusion.Tests.csproj"],
    "configuration": "Release",
    "mutate": ["$files"],
    "test-case-filter": "$filter",
    "concurrency": 1,
    "reporters": ["progress", "html", "json"],
    "thresholds": { "high": 90, "low": 85, "break": 85 }
  }
}
JSON
    (cd "$root/test/Microsoft.ML.SimpleDiffusion.Tests" && "$work/tools/dotnet-stryker" --config-file "$work/stryker.json" --output "$reports/$area") || status=1
done
exit "${status:-0}"
