#!/usr/bin/env bash
# The first minutes on an NVIDIA GPU: compares training steps, gradients and generated pictures with the CPU's, measures networks of all
# sizes, and appends the tables to docs/performance.md. Takes under ten minutes.
#
#   build/gpu-check.sh                          builds with TorchSharp's CUDA packages and runs
#   SIMPLE_DIFFUSION_LIBTORCH=FOLDER build/gpu-check.sh
#                                               uses the libtorch in FOLDER, such as that of PyTorch (.../site-packages/torch/lib)
#   build/gpu-check.sh publish ARCHIVE.tar.xz   packs the program for a machine without .NET. There:
#                                               tar xJf ARCHIVE.tar.xz && SIMPLE_DIFFUSION_LIBTORCH=FOLDER gpu-check/run.sh
#   build/gpu-check.sh --device Cpu --output F  tries the check itself where there is no GPU
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

project=test/Microsoft.ML.SimpleDiffusion.GpuCheck
program=Microsoft.ML.SimpleDiffusion.GpuCheck
max_archive=$((60 * 1000 * 1000))

# Writes the program and a script that starts it into a folder; without libtorch, and with .NET's own runtime.
publish() {
    dotnet publish "$project" -c Release -r linux-x64 -p:SelfContained=true -p:TorchBackend=none -p:DebugType=none \
        -o "$1" --nologo -v quiet
    cat > "$1/run.sh" <<'RUN'
#!/usr/bin/env bash
set -euo pipefail
folder="$(cd "$(dirname "$0")" && pwd)"
: "${SIMPLE_DIFFUSION_LIBTORCH:?must name a folder with libtorch}"
# Functions that this libtorch does not have would only be missed when they are called.
missing=$(LD_LIBRARY_PATH="$SIMPLE_DIFFUSION_LIBTORCH" ldd -r "$folder/libLibTorchSharp.so" 2>/dev/null | grep -c "undefined symbol" || true)
[ "$missing" -eq 0 ] || echo "This libtorch lacks $missing of the functions that TorchSharp may call." >&2
exec "$folder/Microsoft.ML.SimpleDiffusion.GpuCheck" "$@"
RUN
    chmod +x "$1/run.sh"
}

if [ "${1:-}" = publish ]; then
    archive=${2:?names no archive}
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    publish "$folder/gpu-check"
    tar -C "$folder" -cJf "$archive" gpu-check
    size=$(stat -c %s "$archive")
    echo "$archive: $size bytes"
    [ "$size" -le "$max_archive" ] || { echo "It is larger than $max_archive bytes." >&2; exit 1; }
    exit 0
fi

output=(--output docs/performance.md)
case " $* " in *" --output "*) output=() ;; esac
if [ -n "${SIMPLE_DIFFUSION_LIBTORCH:-}" ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    publish "$folder"
    "$folder/run.sh" "${output[@]}" "$@"
else
    backend=cuda
    case " $* " in *" --device Cpu "*) backend=cpu ;; esac
    dotnet run -c Release --project "$project" -p:TorchBackend=$backend -- "${output[@]}" "$@"
fi
