#!/bin/bash
# Fuzzes the reading and importing of ONNX files with libFuzzer and AddressSanitizer.
# Usage: scripts/fuzz-onnx.sh [SECONDS, default 60] [further libFuzzer options]
# The corpus grows in .build-fuzz/corpus, findings are .build-fuzz/findings/*; the seeds are Tests/Fuzz/Seeds and the
# fixtures of ONNXFormatTests.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift $(($# > 0 ? 1 : 0))
scratch=.build-fuzz
mkdir -p "$scratch/corpus" "$scratch/findings"
flags=(-Xswiftc -sanitize=fuzzer,address)
targets=(ONNXFormat ONNXExport ONNXImport)
modules=(NetworkGraph Quantization SwiftProtobuf "${targets[@]}")
# Libraries are compiled with the fuzzer's coverage; only the target is linked with its main.
for target in "${targets[@]}"; do
  swift build -c release --scratch-path "$scratch" -j 3 --target "$target" "${flags[@]}" >"$scratch/build.log" 2>&1 ||
    { tail -n 40 "$scratch/build.log" >&2; exit 1; }
done
products=$scratch/release
objects=()
for module in "${modules[@]}"; do objects+=("$products/$module.build/"*.o); done
swiftc -O -swift-version 6 -sanitize=fuzzer,address -parse-as-library -I "$products/Modules" \
  Tests/Fuzz/ONNXFuzz.swift "${objects[@]}" -o "$scratch/fuzz-onnx"
exec "$scratch/fuzz-onnx" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=32768 \
  -dict=Tests/Fuzz/onnx.dict -artifact_prefix="$scratch/findings/" -print_final_stats=1 "$@" \
  "$scratch/corpus" Tests/Fuzz/Seeds Tests/ONNXFormatTests/Fixtures
