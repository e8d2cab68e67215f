#!/usr/bin/env python3
"""Quantizes the digits networks with edgeprof and with ONNX Runtime, and compares their accuracy.

    python check.py EDGEPROF

Both calibrate on the same 256 training images and are judged on 719 others, all files run by ONNX Runtime. Fails when
edgeprof loses more than 1 point against float, is more than 0.5 point behind ONNX Runtime's best method, or when bias
correction makes the scores worse.
"""
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

FOLDER = Path(__file__).parent
LARGEST_LOSS = 1.0
LARGEST_LAG = 0.5
NETWORKS = ["resnet", "densenet", "mobilenet"]
DEFAULTS = []
METHODS = {
    "percentile": DEFAULTS,
    "percentile, s8": ["--activations", "s8"],
    "percentile, biases kept": ["--no-bias-correction"],
    "minmax": ["--method", "minmax"],
    "minmax, biases kept": ["--method", "minmax", "--no-bias-correction"],
    "entropy": ["--method", "entropy"],
    "entropy, biases kept": ["--method", "entropy", "--no-bias-correction"],
}
PEERS = {"minmax": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile,
         "entropy": CalibrationMethod.Entropy}


class Reader(CalibrationDataReader):
    """Hands the calibration images to ONNX Runtime one by one."""

    def __init__(self, images):
        self.batches = iter([{"image": image[None]} for image in images])

    def get_next(self):
        return next(self.batches, None)


def scores(path, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    if session.get_inputs()[0].shape[0] == 1:
        return np.concatenate([session.run(None, {"image": image[None]})[0] for image in images])
    return session.run(None, {"image": images})[0]


def quantize_with_peer(source, target, images, method):
    # It prints as it goes.
    with open(os.devnull, "w") as nowhere:
        stdout, sys.stdout = sys.stdout, nowhere
        try:
            quantize_static(str(source), str(target), Reader(images), quant_format=QuantFormat.QDQ, per_channel=True,
                            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=method,
                            extra_options={"CalibPercentile": 99.99})
        finally:
            sys.stdout = stdout


def main(edgeprof):
    onnxruntime.set_default_logger_severity(3)
    # The peer advises preprocessing that these files do not need: their exporter has folded what it would fold.
    logging.disable(logging.WARNING)
    digits = np.load(FOLDER / "digits.npy")
    images = ((digits[:, :64].astype(np.float32) - 8) / 8).reshape(-1, 1, 8, 8).repeat(2, 2).repeat(2, 3)
    classes = digits[:, 64]
    is_test = np.arange(len(digits)) % 5 < 2
    calibration = np.ascontiguousarray(images[~is_test][:256])
    images, classes = np.ascontiguousarray(images[is_test]), classes[is_test]
    failures = []
    print(f"{'network':10} {'quantizer':13} {'method':24} {'accuracy %':>10} {'loss':>6} {'scores dB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        np.save(folder / "calibration.npy", calibration)
        for network in NETWORKS:
            source = FOLDER / f"{network}.onnx"
            float_scores = scores(source, images)
            float_accuracy = 100 * np.mean(float_scores.argmax(1) == classes)
            print(f"{network:10} {'-':13} {'float':24} {float_accuracy:10.2f}")

            def judge(quantizer, method, path):
                result = scores(path, images)
                accuracy = 100 * np.mean(result.argmax(1) == classes)
                noise = np.sum((result - float_scores) ** 2, dtype=np.float64)
                decibels = 10 * np.log10(np.sum(float_scores ** 2, dtype=np.float64) / noise)
                print(f"{network:10} {quantizer:13} {method:24} {accuracy:10.2f} {float_accuracy - accuracy:6.2f} "
                      f"{decibels:9.1f}")
                return accuracy, decibels

            peer = {}
            for method, value in PEERS.items():
                path = folder / "peer.onnx"
                quantize_with_peer(source, path, calibration, value)
                peer[method], _ = judge("onnxruntime", method, path)
            own = {}
            for method, options in METHODS.items():
                path = folder / "own.onnx"
                subprocess.run([edgeprof, "quantize", source, "--calibration", folder / "calibration.npy", "-o", path,
                                "--threads", "2", *options], check=True, stderr=subprocess.DEVNULL)
                own[method] = judge("edgeprof", method, path)
            for method in ["percentile", "percentile, s8", "minmax"]:
                if float_accuracy - own[method][0] > LARGEST_LOSS:
                    failures.append(f"{network}, {method}: loses {float_accuracy - own[method][0]:.2f} points")
                behind = max(peer.values()) - own[method][0]
                if behind > LARGEST_LAG:
                    failures.append(f"{network}, {method}: is {behind:.2f} points behind ONNX Runtime")
            if own["percentile"][1] < own["percentile, biases kept"][1]:
                failures.append(f"{network}: bias correction makes the scores worse")
    for failure in failures:
        print(f"quantizer: {failure}", file=sys.stderr)
    print(f"quantizer: {len(NETWORKS)} networks, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
