"""Other runtimes that run the same files."""

import functools

import numpy as np
import onnxruntime


@functools.lru_cache(maxsize=None)
def has_exact_int8():
    """Whether this processor multiplies u8 by s8 without saturating (VNNI, AVX-VNNI, or Arm's dot product)."""
    with open("/proc/cpuinfo") as file:
        words = set(file.read().split())
    return bool(words & {"avx512_vnni", "avx_vnni", "asimddp"})


def session(model, *, optimized=True, threads=1):
    """ONNX Runtime over a model's bytes or path.

    Unoptimized it runs QuantizeLinear, the float operator and DequantizeLinear one by one.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if optimized else levels.ORT_DISABLE_ALL
    if not has_exact_int8():
        # u8 times s8 saturates in 16 bits; this makes those kernels u8 times u8, which is exact.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run(model, samples, *, optimized=True, threads=1):
    """Outputs of every sample: a list of lists of arrays."""
    runner = session(model, optimized=optimized, threads=threads)
    return [runner.run(None, sample) for sample in samples]


def cosine(a, b):
    a, b = (np.asarray(v, np.float64).reshape(-1) for v in (a, b))
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    return 1.0 if norm == 0 and np.array_equal(a, b) else float(a @ b / norm) if norm else 0.0
