#!/usr/bin/env bash
# Packs everything, installs it from a folder as a user would, and runs it there: a console program, the same as a single file, the readme's code, the template,
# the notebook, ONNX without libtorch, ResNet18, MiniLM, the tool.
# Whatever else is needed comes from the user's ordinary NuGet sources.
#
#   build/pack-test.sh                  in a temporary folder, which is deleted at the end
#   build/pack-test.sh --keep FOLDER    in a folder that stays, for a look at what was made
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
repository=$PWD

if [ "${1:-}" = --keep ]; then
    mkdir -p "${2:?names no folder}"
    work=$(cd "$2" && pwd)
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
feed=$work/feed
# One that no other package has, so that none is found in a cache.
version=0.1.0-packtest.$(date +%s)
core=Microsoft.ML.SimpleDiffusion
system=linux-x64
max_tool_megabytes=60
max_onnx_megabytes=55
max_tool_download_megabytes=14

step() { echo; echo "== $* ($SECONDS s)"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
megabytes() { du -sm "$1" | cut -f1; }

# Versions that do not fit together are warnings of NuGet's; here they are errors.
conflicts='-warnaserror:NU1608,NU1605,NU1107'

step "Pack $version"
for project in src/*/; do
    dotnet pack "$project" -c Release -o "$feed" -p:MinVerVersionOverride="$version" --nologo -v quiet
done

step "Look into the packages"
for package in "$feed"/*.nupkg; do
    name=$(basename "$package" ".$version.nupkg")
    files=$(unzip -Z1 "$package")
    specification=$(unzip -p "$package" '*.nuspec')
    echo "$name: $(stat -c %s "$package") bytes"
    grep -vE '^(_rels/|package/|\[Content_Types\])' <<< "$files" | sed 's/^/    /'
    forbidden=$(grep -iE '\.(dbg|dwarf)$|publicizer|minver|cecil|codeanalysis|torch_cpu|torch_cuda|(^|/)(lib)?c10\.|(^|/)(lib)?onnxruntime\.(dll|so|dylib)$|\.onnx$' <<< "$files" || true)
    [ -z "$forbidden" ] || fail "$name must not contain $forbidden"
    for file in README.md icon.png; do
        grep -qx "$file" <<< "$files" || fail "$name has no $file"
    done
    for element in '<readme>README.md</readme>' '<icon>icon.png</icon>' '<license type="expression">MIT</license>' '<releaseNotes>'; do
        grep -qF "$element" <<< "$specification" || fail "the specification of $name lacks $element"
    done
    ! grep -E '<dependency id="(MinVer|Mono.Cecil|Microsoft.CodeAnalysis|SharpZipLib)' <<< "$specification" || fail "$name depends on what only the build needs"
    ! grep -F "$repository" <<< "$specification" || fail "the specification of $name names a folder of this machine"
    if grep -q '^lib/.*\.dll$' <<< "$files"; then
        [ -e "${package%.nupkg}.snupkg" ] || fail "$name has no symbols"
    fi
done

# A folder for restored packages of its own; what the user has already is not downloaded again.
user_packages=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
cat > "$work/NuGet.config" <<CONFIG
<configuration>
  <packageSources><add key="packed" value="feed" /></packageSources>
  <config><add key="globalPackagesFolder" value="packages" /></config>
  <fallbackPackageFolders><add key="user" value="$user_packages" /></fallbackPackageFolders>
</configuration>
CONFIG
cd "$work"

step "A console program: fit, save, load, predict"
rm -rf app readme template made tool hive notebook
dotnet new console -o app --no-restore > app.log || fail "$(cat app.log)"
dotnet add app package $core --version "$version" > app.log || fail "$(cat app.log)"
dotnet add app package $core.LibTorch --version "$version" > app.log || fail "$(cat app.log)"
cp "$repository/build/pack-test/Program.cs" app/
dotnet build app -c Release "$conflicts" --nologo -v quiet
run=app/bin/Release/net10.0/app
$run draw images
$run train images model.zip
$run generate model.zip generated.png
[ -s generated.png ] || fail "nothing was generated"
echo "Its folder: $(megabytes app/bin/Release/net10.0) MB"
foreign=$(find app/bin \( -name '*torch_cpu*' -o -name '*.dbg' -o -name '*torch_python*' \) | grep -v "/$system/native/libtorch_cpu.so$" || true)
[ -z "$foreign" ] || fail "what is not needed was copied: $foreign"

step "The same as a single file, without its folder"
dotnet publish app -c Release -r $system --self-contained false -p:PublishSingleFile=true -o single --nologo -v quiet
(mkdir -p elsewhere && cd elsewhere && ../single/app train ../images model.zip && ../single/app generate model.zip generated.png && [ -s generated.png ]) || fail "the single file"
ls single | tr '\n' ' '

step "The switch for libtorch"
if dotnet build app -c Release -p:SimpleDiffusionLibTorch=cuda --nologo -v quiet > cuda.log; then fail "a GPU without its package"; fi
grep -o 'The property SimpleDiffusionLibTorch is cuda, [^[]*' cuda.log | sort -u
dotnet build app -c Release -r $system -p:SimpleDiffusionLibTorch=none -o none --nologo -v quiet
[ ! -e none/libtorch_cpu.so ] || fail "none brings libtorch"

step "All libraries beside newer System.Numerics.Tensors and Microsoft.ML.TorchSharp"
for package in $core.Evaluation $core.ResNet $core.Text $core.MiniLM; do
    dotnet add app package $package --version "$version" > app.log || fail "$(cat app.log)"
done
for package in System.Numerics.Tensors@10.0.12 Microsoft.ML.TorchSharp@0.23.1; do
    dotnet add app package "${package%@*}" --version "${package#*@}" > app.log || fail "$(cat app.log)"
done
dotnet build app -c Release "$conflicts" --nologo -v quiet
rm -f generated.png
$run train images model.zip
$run generate model.zip generated.png
[ -s generated.png ] || fail "nothing was generated"

step "The code of the readme, with fewer steps"
dotnet new console -o readme --no-restore > app.log || fail "$(cat app.log)"
cp app/app.csproj readme/readme.csproj
sed -n '/^```csharp/,/^```/p' "$repository/src/$core/PACKAGE.md" | grep -v '^```' | sed 's/imageHeight: 32, imageWidth: 32, trainingSteps: 500/imageHeight: 8, imageWidth: 8, trainingSteps: 2/; s/"photos"/"..\/images"/' \
    > readme/Program.cs
(cd readme && dotnet run -c Release && [ -s model.zip ] && [ -s grid.png ]) || fail "the code of the readme"

step "The template"
dotnet new install "$feed/$core.Templates.$version.nupkg" --debug:custom-hive "$work/hive" > template.log || fail "$(cat template.log)"
dotnet new simplediffusion -o template --steps 4 --size 8 --debug:custom-hive "$work/hive" > template.log || fail "$(cat template.log)"
dotnet build template -c Release -warnaserror --nologo -v quiet -p:NoWarn=NU1603
template/bin/Release/net10.0/template images made
[ -s made/grid.png ] && [ -s made/model.zip ] || fail "the template made nothing"

step "The notebook, with fewer steps"
mkdir notebook
sed "s|#r \\\\\"nuget: $core, |#i \\\\\"nuget:$feed\\\\\"\\\\n&|; s|folder = \\\\\"photos|folder = \\\\\"$work/images|; s|size = 32|size = 8|; s|steps = 500|steps = 4|" \
    "$repository/samples/Notebook/SimpleDiffusion.ipynb" > notebook/notebook.ipynb
dotnet tool install dotnet-repl --version 0.3.259 --tool-path tool > tool.log || fail "$(cat tool.log)"
(cd notebook && NUGET_PACKAGES=$work/packages TERM=dumb ../tool/dotnet-repl --run notebook.ipynb --exit-after-run --output-format ipynb --output-path output.ipynb > log) \
    || fail "$(grep -o '"evalue": *"[^"]*' notebook/output.ipynb | head -3)"
[ -s notebook/model.zip ] && [ -s notebook/grid.png ] || fail "the notebook made nothing"

step "ONNX: exported by one program, and drawn by another that has no libtorch"
for program in export draw; do dotnet new console -o $program --no-restore > app.log || fail "$(cat app.log)"; done
cp "$repository/build/pack-test/Export.cs" export/Program.cs
cp "$repository/build/pack-test/Generate.cs" draw/Program.cs
for package in $core.Onnx $core.LibTorch; do
    dotnet add export package $package --version "$version" > app.log || fail "$(cat app.log)"
done
dotnet add draw package $core.Onnx --version "$version" > app.log || fail "$(cat app.log)"
runtime=$(sed -n 's/.*Include="Microsoft.ML.OnnxRuntime" Version="\[\{0,1\}\([0-9.]*\).*/\1/p' "$repository/Directory.Packages.props")
for program in export draw; do
    dotnet add $program package Microsoft.ML.OnnxRuntime --version "$runtime" > app.log || fail "$(cat app.log)"
done
dotnet run --project export -c Release -- model.zip model.onnx
dotnet publish draw -c Release -r $system --self-contained false -o drawn --nologo -v quiet
rm -f generated.png
drawn/draw model.onnx generated.png && [ -s generated.png ] || fail "ONNX drew nothing, or with libtorch"
echo "Its folder: $(megabytes drawn) MB, of which these are the largest:"
ls -lS drawn | head -6
[ "$(megabytes drawn)" -le $max_onnx_megabytes ] || fail "the folder is larger than $max_onnx_megabytes MB"

step "ResNet18, through a library: run, published, and as a single file"
dotnet new classlib -o between --no-restore > app.log || fail "$(cat app.log)"
dotnet new console -o measure --no-restore > app.log || fail "$(cat app.log)"
cp "$repository/build/pack-test/Measure.cs" measure/Program.cs
dotnet add between package $core.ResNet --version "$version" > app.log || fail "$(cat app.log)"
dotnet add measure reference between > app.log || fail "$(cat app.log)"
dotnet add measure package $core.LibTorch --version "$version" > app.log || fail "$(cat app.log)"
dotnet add measure package Microsoft.ML.OnnxRuntime --version "$runtime" > app.log || fail "$(cat app.log)"
dotnet run --project measure -c Release -- images || fail "the distance of images to themselves"
dotnet publish measure -c Release -r $system --self-contained false -o measured --nologo -v quiet
dotnet publish measure -c Release -r $system --self-contained false -p:PublishSingleFile=true -o measured-single --nologo -v quiet
for folder in measured measured-single; do
    [ "$(ls $folder/DnnImageModels/*/*.onnx | wc -l)" = 2 ] || fail "$folder lacks the network"
    (mkdir -p elsewhere && cd elsewhere && rm -rf features && ../$folder/measure ../images) || fail "the program in $folder"
done
unwanted=$(ls measured | grep -E 'OnnxTransformer|DnnImageFeaturizer|^onnxruntime.*dll$' || true)
[ -z "$unwanted" ] || fail "what is not needed was copied: $unwanted"

step "MiniLM: a program that encodes a caption, with the native ONNX Runtime that it asks for and no other"
dotnet new console -o encode --no-restore > app.log || fail "$(cat app.log)"
cp "$repository/build/pack-test/Encode.cs" encode/Program.cs
dotnet add encode package $core.MiniLM --version "$version" > app.log || fail "$(cat app.log)"
dotnet build encode -c Release -r $system "$conflicts" -o without --nologo -v quiet
[ ! -e without/libonnxruntime.so ] || fail "MiniLM brings a native ONNX Runtime"
dotnet add encode package Microsoft.ML.OnnxRuntime --version "$runtime" > app.log || fail "$(cat app.log)"
dotnet publish encode -c Release -r $system --self-contained false -o encoded --nologo -v quiet
encoded/encode || fail "MiniLM encoded nothing"
[ ! -e encoded/onnxruntime.dll ] || fail "MiniLM brings ONNX Runtime for Windows"
echo "Its folder: $(megabytes encoded) MB"

step "The tool"
dotnet tool install $core.Tool --version "$version" --tool-path tool > tool.log || fail "$(cat tool.log)"
tool/simple-diffusion --help
started=$(date +%s%N)
tool/simple-diffusion --help > /dev/null
echo "--help takes $((($(date +%s%N) - started) / 1000000)) ms"
for folder in "$feed/$core".Tool.*-*.nupkg; do
    name=$(basename "$folder" ".$version.nupkg")
    unpacked=$(unzip -l "$folder" | tail -1 | awk '{ print int($1 / 1000000) }')
    echo "$name: $(($(stat -c %s "$folder") / 1000000)) MB to download, $unpacked MB unpacked"
    [ "$unpacked" -lt $max_tool_megabytes ] || fail "$name is larger than $max_tool_megabytes MB"
    [ "$(($(stat -c %s "$folder") / 1000000))" -lt $max_tool_download_megabytes ] || fail "$name takes $max_tool_download_megabytes MB or more to download"
done

step "All is well"
