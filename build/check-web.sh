#!/usr/bin/env bash
# Draws with samples/Web in Node and, where a Chromium is installed, in that browser, and compares the images with .NET's. Needs Node.js and npm, from which it
# brings what the page and the browser's driver need.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in node npm; do
    command -v $program > /dev/null || { echo "Skipped: $program is not installed."; exit 0; }
done
command -v chromium chromium-browser google-chrome > /dev/null || echo "No Chromium is installed: the page is not opened, only its modules are run in Node."
for folder in samples/Web build/check-web; do
    (cd $folder && npm install --no-audit --no-fund --no-package-lock --ignore-scripts --loglevel=error)
done
dotnet test -c Release --nologo test/Microsoft.ML.SimpleDiffusion.Onnx.Tests --filter "FullyQualifiedName~WebSampleTests" --logger "console;verbosity=normal"
