#!/usr/bin/env bash
# Feeds mutated files to every reader, guided by the branches that they take (SharpFuzz), and keeps what takes new ones.
#   build/fuzz.sh [ITERATIONS PER TARGET] [TARGET]
set -euo pipefail
cd "$(dirname "$0")/.."
iterations="${1:-100000}"
project=test/Microsoft.ML.SimpleDiffusion.Fuzz
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

dotnet build -c Release --nologo -v quiet "$project" -o "$work/fuzz"
dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$work/tools" > "$work/install.log" || { cat "$work/install.log"; exit 1; }
for assembly in "$work"/fuzz/Microsoft.ML.SimpleDiffusion.dll "$work"/fuzz/Microsoft.ML.SimpleDiffusion.{Evaluation,Text,Tool,Onnx}.dll; do
    if [ -f "$assembly" ]; then "$work/tools/sharpfuzz" "$assembly"; fi
done

dotnet "$work/fuzz/Microsoft.ML.SimpleDiffusion.Fuzz.dll" --iterations "$iterations" --corpus "$project/Corpus" ${2:+--target "$2"}
