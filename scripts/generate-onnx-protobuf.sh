#!/bin/bash
# Makes Sources/Models/ONNX/Format/Protobuf/onnx.pb.swift from onnx.proto beside it: once, after the .proto changed.
# Needs Debian's protobuf-compiler (protoc); protoc-gen-swift is built from the swift-protobuf package that SwiftPM has
# checked out, in a scratch folder outside the repository.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=Sources/Models/ONNX/Format/Protobuf
command -v protoc >/dev/null || { echo "generate-onnx-protobuf: install protobuf-compiler" >&2; exit 1; }
swift package resolve
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
package=(--package-path .build/checkouts/swift-protobuf --scratch-path "$scratch")
# `protoc` is a product of the package too, and a far larger one: Debian's is used.
swift build "${package[@]}" --product protoc-gen-swift
protoc --plugin="$(swift build "${package[@]}" --show-bin-path)/protoc-gen-swift" --proto_path="$folder" \
  --swift_out="$folder" --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true onnx.proto
echo "wrote $folder/onnx.pb.swift"
