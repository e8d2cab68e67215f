"""One peer of `make bench-peers`: runs a model when told to and says how long each inference took.

usage: worker.py [--without-amx] onnxruntime|openvino|ncnn|ncnn-bf16 MODEL THREADS

Writes `ready STARTED FIRST`, nanoseconds of CLOCK_MONOTONIC at which this script began and the first result was there.
Then on standard input: a line with seconds, answered by a line of nanoseconds.
"""

import time

STARTED = time.monotonic_ns()

import sys

import numpy


def image(shape, seed=1):
    return numpy.random.default_rng(seed).normal(size=shape).astype(numpy.float32)


class ONNXRuntime:
    def __init__(self, path, threads, seed=1):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        feed = self.session.get_inputs()[0]
        self.image = image([extent if isinstance(extent, int) else 1 for extent in feed.shape], seed)
        # Bound once, as a server would: no copy of inputs and outputs between inferences.
        self.binding = self.session.io_binding()
        self.binding.bind_cpu_input(feed.name, self.image)
        for output in self.session.get_outputs():
            self.binding.bind_output(output.name)

    def infer(self):
        self.session.run_with_iobinding(self.binding)

    def output(self):
        return self.binding.copy_outputs_to_cpu()[0]


class OpenVINO:
    def __init__(self, path, threads, seed=1):
        import openvino

        core = openvino.Core()
        settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
        compiled = core.compile_model(core.read_model(path), "CPU", settings)
        self.request = compiled.create_infer_request()
        self.image = image([int(extent) for extent in compiled.input(0).shape], seed)
        self.request.set_input_tensor(openvino.Tensor(self.image))
        self.infer = self.request.infer

    def output(self):
        return self.request.get_output_tensor(0).data


class NCNN:
    """ncnn with its defaults but for what was measured to be faster on every zoo model: no Winograd for int8; for float,
    weights and activations stored as bfloat16."""

    bfloat16 = False

    def __init__(self, path, threads, seed=1):
        import ncnn

        self.net = ncnn.Net()
        self.net.opt.num_threads = threads
        for option in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic"):
            setattr(self.net.opt, option, False)
        self.net.opt.use_bf16_storage = self.net.opt.use_bf16_packed = self.bfloat16
        self.net.opt.use_winograd_convolution = self.bfloat16
        if self.net.load_param(path) or self.net.load_model(path.removesuffix(".param") + ".bin"):
            raise ValueError(f"ncnn cannot load {path}")
        # pnnx keeps no input shape; the zoo's is this. A Mat made of an array does not keep the array alive.
        self.array = image((3, 224, 224), seed)
        self.image = ncnn.Mat(self.array)

    def infer(self):
        # Kept: the output lies in its memory.
        self.extractor = self.net.create_extractor()
        self.extractor.input("in0", self.image)
        result, self.values = self.extractor.extract("out0")
        if result:
            raise ValueError("ncnn failed")

    def output(self):
        return numpy.array(self.values)


class NCNNBfloat16(NCNN):
    bfloat16 = True


RUNTIMES = {"onnxruntime": ONNXRuntime, "openvino": OpenVINO, "ncnn": NCNN, "ncnn-bf16": NCNNBfloat16}


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--without-amx":
        from instruction_sets import withhold_amx

        withhold_amx()
        arguments = arguments[1:]
    kind, path, threads = arguments[0], arguments[1], int(arguments[2])
    runtime = RUNTIMES[kind](path, threads)
    runtime.infer()
    runtime.output()
    print("ready", STARTED, time.monotonic_ns(), flush=True)
    infer = runtime.infer
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
