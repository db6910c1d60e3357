#!/usr/bin/env bash
# Trains on two machines that are network namespaces joined by a cable, and pulls the cable: the checkpoint must have the bits of one process, and a lost machine
# must end all within ten seconds. Needs root on Debian, whose package openmpi-bin it installs if it is not there.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v mpirun.openmpi > /dev/null || { apt-get update -qq; apt-get install -y -qq --no-install-recommends openmpi-bin; }
export OMP_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

dotnet build --nologo -v quiet test/Microsoft.ML.SimpleDiffusion.Tests
tests="$PWD/test/Microsoft.ML.SimpleDiffusion.Tests/bin/Debug/net10.0/linux-x64/Microsoft.ML.SimpleDiffusion"
host="dotnet exec --depsfile $tests.Tests.deps.json --runtimeconfig $tests.TestHost.runtimeconfig.json $tests.TestHost.dll"

work=$(mktemp -d)
here=ranks-a-$$ there=ranks-b-$$
cleanup() {
    ip netns pids "$there" 2> /dev/null | xargs -r kill -9
    ip netns delete "$here" 2> /dev/null
    ip netns delete "$there" 2> /dev/null
    rm -rf "$work"
}
trap cleanup EXIT

ip netns add "$here"
ip netns add "$there"
ip link add rank-a netns "$here" type veth peer name rank-b netns "$there"
ip -n "$here" address add 10.77.0.1/24 dev rank-a
ip -n "$there" address add 10.77.0.2/24 dev rank-b
for place in "$here lo" "$here rank-a" "$there lo" "$there rank-b"; do ip -n "${place% *}" link set "${place#* }" up; done

# What mpirun takes for ssh.
cat > "$work/shell" << END
#!/usr/bin/env bash
[ "\$1" = 10.77.0.2 ] && namespace=$there || namespace=$here
shift
exec ip netns exec \$namespace bash -c "\$*"
END
chmod +x "$work/shell"

ranks() {
    timeout 120 ip netns exec "$here" mpirun.openmpi -H 10.77.0.1:1,10.77.0.2:1 -n 2 --mca plm_rsh_agent "$work/shell" --mca mpi_yield_when_idle 1 \
        --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
        --mca oob_tcp_keepalive_time 2 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 2 $host "$@"
}

$host train-on-ranks "$work/one" 6 6
ranks train-on-ranks "$work/two" 6 6
cmp "$work/one/checkpoint-00000006.safetensors" "$work/two/checkpoint-00000006.safetensors"
echo "Two machines have the bits of one process."

ranks suffer-on-ranks "$work/cut" none > "$work/log" 2>&1 &
job=$!
until [ -e "$work/cut/checkpoint-00000004.safetensors" ]; do sleep 0.1; kill -0 $job; done
ip -n "$there" link set rank-b down
cut=$SECONDS
if wait $job; then echo "The training went on without its second machine."; exit 1; fi
seconds=$((SECONDS - cut))
grep -E "cannot go on|lost communication" "$work/log"
echo "The ranks ended $seconds seconds after the cable was pulled."
[ $seconds -le 10 ]
