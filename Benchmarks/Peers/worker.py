"""One peer of `make bench-peers`: runs a model when told to and says how long each inference took.

usage: worker.py onnxruntime|openvino MODEL THREADS     then on standard input: a line with seconds, answered by a line
of nanoseconds.
"""

import sys
import time

import numpy


def onnxruntime_session(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = session.get_inputs()[0]
    shape = [extent if isinstance(extent, int) else 1 for extent in feed.shape]
    image = numpy.random.default_rng(1).normal(size=shape).astype(numpy.float32)
    # Bound once, as a server would: no copy of inputs and outputs between inferences.
    binding = session.io_binding()
    binding.bind_cpu_input(feed.name, image)
    for output in session.get_outputs():
        binding.bind_output(output.name)
    return lambda: session.run_with_iobinding(binding)


def openvino_request(path, threads):
    import openvino

    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    compiled = core.compile_model(core.read_model(path), "CPU", settings)
    request = compiled.create_infer_request()
    shape = [int(extent) for extent in compiled.input(0).shape]
    image = numpy.random.default_rng(1).normal(size=shape).astype(numpy.float32)
    request.set_input_tensor(openvino.Tensor(image))
    return request.infer


def main():
    kind, path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    infer = {"onnxruntime": onnxruntime_session, "openvino": openvino_request}[kind](path, threads)
    infer()
    print("ready", flush=True)
    for line in sys.stdin:
        end = time.monotonic_ns() + int(float(line) * 1e9)
        times = []
        while len(times) < 3 or time.monotonic_ns() < end:
            start = time.monotonic_ns()
            infer()
            times.append(time.monotonic_ns() - start)
        print(*times, flush=True)


if __name__ == "__main__":
    main()
