#!/usr/bin/env bash
# Lets ONNX's own checker look at an export of every kind of network. Needs Debian, whose package python3-onnx it installs if it is not there.
set -euo pipefail
cd "$(dirname "$0")/.."
/usr/bin/python3 -c "import onnx" 2> /dev/null || { apt-get update -qq; apt-get install -y -qq --no-install-recommends python3-onnx; }
dotnet test -c Release --nologo test/Microsoft.ML.SimpleDiffusion.Onnx.Tests --filter "FullyQualifiedName~CheckerTests"
