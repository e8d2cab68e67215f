"""Runs a model with OpenVINO in a process of its own: 2026.4 crashes on some int8 files (docs/conformance.md).

usage: openvino_worker.py MODEL SAMPLES.npy OUTPUT.npy LOW_PRECISION     LOW_PRECISION: AUTO, or NO for none of its int8 passes
"""

import sys

import numpy as np
import openvino as ov

model, samples, output, low_precision = sys.argv[1:]
settings = {"INFERENCE_PRECISION_HINT": "f32"}
if low_precision == "NO":
    settings["LP_TRANSFORMS_MODE"] = "NO"
compiled = ov.Core().compile_model(model, "CPU", settings)
np.save(output, np.stack([compiled(sample)[0] for sample in np.load(samples)]))
