#!/bin/bash
# Runs the tests already built, in groups that do not starve each other: computing tests fill every core, and tests that
# start processes and wait for them need threads that answer. Ends with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")/.."
groups=(
  "engine=(NetworkGraph|ModelZoo|Quantization|InferenceEngine|Kernels|CacheSimulation)Tests"
  "models=(ONNXFormat|ONNXImport|ONNXExport|FloatInference|Calibration|Images|NumPyFiles|Datasets)Tests"
  "decision=(Statistics|Checksum|Systemd|Economics|Comparison|EdgeprofAPI|edgeprof)Tests"
  "host=(HostInfo|HostProbes|PerfCounters)Tests"
  "measurement=(MeasurementCore|Measurement)Tests"
  "agent=(Gzip|HTTPTransport|Spool|Uploader|AgentRuntime)Tests"
  "collector=(CollectorStore|CollectorAPI|WireJSON)Tests"
  "whole-path=IntegrationTests"
)
# A test target that no group names would never run.
for folder in Tests/*Tests; do
  target=${folder#Tests/}
  found=
  for group in "${groups[@]}"; do [[ $target =~ ^${group#*=}$ ]] && found=yes; done
  [ -n "$found" ] || { echo "run-tests: $target is in no group of scripts/run-tests.sh" >&2; exit 1; }
done

# A crash is told by the thread that crashed alone; a dump of all threads takes minutes on a small box.
export SWIFT_BACKTRACE=threads=crashed,registers=none,images=none

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0
for group in "${groups[@]}"; do
  name=${group%%=*} began=$SECONDS
  swift test --skip-build --disable-xctest --filter "^${group#*=}\\." >"$log" 2>&1
  status=$?
  # What was covered and what was skipped, and why, belongs in the log; so does every failure.
  grep -E '^(covered|skipped|seed)|^[^◇✔]*(covered|skipped|seed)[: ]|✘' "$log" | grep -v '^◇' | sort -u | head -n 200
  summary=$(grep -E 'Test run with [0-9]+ tests?' "$log" | tail -n 1)
  count=$(sed -nE 's/.*Test run with ([0-9]+) tests?.*/\1/p' <<<"$summary")
  if [ -z "$count" ] || [ "$count" = 0 ]; then
    tail -n 60 "$log"
    # Once more, at the end: what is cut off a long log is its beginning.
    grep -aE -A 8 'Fatal error|Program crashed| crashed:$' "$log" | grep -aE 'Fatal error|crashed| in ' | cut -c 1-200
    echo "run-tests: the group $name did not come to its end" >&2
    exit 1
  fi
  wrong=$(grep -cE '^✘ Test [^"]*(\(|")[^:]*failed after' "$log")
  if [ $status -ne 0 ] && [ "$wrong" = 0 ]; then wrong=1; tail -n 40 "$log"; fi
  passed=$((passed + count - wrong)) failed=$((failed + wrong))
  printf '%-12s %4d tests, %d failed, %d s\n' "$name" "$count" "$wrong" $((SECONDS - began))
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
