"""Files that are damaged, hostile, or ask for what is not supported: one clear error, in bounded memory and time."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import engine
from cases.builder import Graph

MEMORY_BYTES = 4 << 30  # address space, of which a Swift program reserves much and uses little
SECONDS = 20


def small_file():
    g = Graph("refusals_base", "Conv")
    x = g.conv(g.input((1, 3, 6, 6), samples=1), 4, 3, pads=[1, 1, 1, 1], activation="relu")
    x = g.keep("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
    x = g.quantize(g.op("Concat", [x, g.conv(x, 2, 1)], axis=1))
    x = g.keep("Flatten", [g.quantize(g.op("GlobalAveragePool", [x]))])
    return g.output(g.gemm(x, 5)).case()


def changed(change):
    model = onnx.ModelProto()
    model.CopyFrom(small_file().model)
    change(model)
    return model.SerializeToString()


def node(model, kind):
    return next(n for n in model.graph.node if n.op_type == kind)


def initializer(model, name):
    return next(t for t in model.graph.initializer if t.name == name)


def named_files():
    """(name, bytes, words of which the message must have one)."""

    def unsupported(model):
        node(model, "MaxPool").op_type = "GlobalLpPool"
        del node(model, "GlobalLpPool").attribute[:]

    def foreign(model):
        node(model, "MaxPool").domain = "com.example"
        model.opset_import.append(helper.make_opsetid("com.example", 1))

    def missing(model):
        weights = node(model, "Conv").input[1]
        source = next(n for n in model.graph.node if weights in n.output).input[0]
        model.graph.initializer.remove(initializer(model, source))

    def scale(value):
        def change(model):
            name = node(model, "QuantizeLinear").input[1]
            initializer(model, name).CopyFrom(numpy_helper.from_array(np.array(value, np.float32), name))

        return change

    def cyclic(model):
        node(model, "MaxPool").input[0] = model.graph.output[0].name

    def dimensions(*sizes):
        def change(model):
            shape = model.graph.input[0].type.tensor_type.shape
            for dimension, size in zip(shape.dim, sizes):
                dimension.dim_value = size

        return change

    def huge_weights(model):
        weights = node(model, "Conv").input[1]
        source = next(n for n in model.graph.node if weights in n.output).input[0]
        initializer(model, source).dims[0] = 2**40

    def negative_weights(model):
        weights = node(model, "Conv").input[1]
        source = next(n for n in model.graph.node if weights in n.output).input[0]
        initializer(model, source).dims[0] = -4

    def wrong_type(model):
        weights = node(model, "Conv").input[1]
        source = initializer(model, next(n for n in model.graph.node if weights in n.output).input[0])
        source.data_type = TensorProto.STRING

    def opset(version):
        def change(model):
            model.opset_import[0].version = version

        return change

    def external(location, length=64):
        def change(model):
            weights = node(model, "Conv").input[1]
            tensor = initializer(model, next(n for n in model.graph.node if weights in n.output).input[0])
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", location), ("offset", "0"), ("length", str(length))):
                tensor.external_data.add(key=key, value=value)

        return change

    def stride_zero(model):
        node(model, "MaxPool").attribute.remove(
            next(a for a in node(model, "MaxPool").attribute if a.name == "strides")
        )
        node(model, "MaxPool").attribute.append(helper.make_attribute("strides", [0, 0]))

    def huge_pads(model):
        node(model, "MaxPool").attribute.append(helper.make_attribute("pads", [2**62] * 4))

    def computed_weights(model):
        conv = node(model, "Conv")
        conv.input[1] = conv.input[0]

    def no_outputs(model):
        del model.graph.output[:]

    def unknown_output(model):
        model.graph.output[0].name = "nowhere"

    yield "unsupported_operator", changed(unsupported), ["GlobalLpPool"]
    yield "foreign_domain", changed(foreign), ["com.example"]
    yield "missing_initializer", changed(missing), None
    yield "scale_nan", changed(scale(np.nan)), ["scale"]
    yield "scale_zero", changed(scale(0.0)), ["scale"]
    yield "scale_negative", changed(scale(-0.5)), ["scale"]
    yield "scale_infinite", changed(scale(np.inf)), ["scale"]
    yield "cycle", changed(cyclic), ["cycl", "circle", "loop"]
    yield "input_negative_extent", changed(dimensions(1, -3)), None
    yield "input_2_to_40", changed(dimensions(2**40, 3, 6, 6)), None
    yield "input_overflowing", changed(dimensions(2**62, 2**62, 2**62, 2**62)), None
    yield "input_large_product", changed(dimensions(1, 3, 65536, 65536)), None
    yield "weights_2_to_40", changed(huge_weights), None
    yield "weights_negative_extent", changed(negative_weights), None
    yield "weights_of_strings", changed(wrong_type), None
    yield "opset_5", changed(opset(5)), ["opset", "operator set"]
    yield "opset_1000", changed(opset(1000)), ["opset", "operator set"]
    yield "external_leaves_folder", changed(external("../../../etc/passwd")), None
    yield "external_absolute", changed(external("/etc/passwd")), None
    yield "external_missing", changed(external("nothing.bin")), None
    yield "external_device", changed(external("/dev/zero", 2**40)), None
    yield "stride_zero", changed(stride_zero), None
    yield "huge_pads", changed(huge_pads), None
    yield "computed_weights", changed(computed_weights), None
    yield "no_outputs", changed(no_outputs), None
    yield "unknown_output", changed(unknown_output), None
    yield "empty_file", b"", None
    yield "text_file", b"this is no network\n" * 40, None
    yield "zeros", bytes(4096), None
    # A field of length 2^63 - 1, and one nested message in the other, a thousand deep.
    yield "length_bomb", b"\x3a" + b"\xff" * 8 + b"\x7f", None
    nested = b""
    for _ in range(1000):
        nested = b"\x0a" + varint(len(nested)) + nested
    yield "nested_messages", b"\x3a" + varint(len(nested)) + nested, None
    yield "many_empty_nodes", b"\x3a" + varint(400_000) + b"\x0a\x00" * 200_000, None


def varint(number):
    result = bytearray()
    while True:
        number, low = number >> 7, number & 127
        result.append(low | (128 if number else 0))
        if not number:
            return bytes(result)


def run(report, work, processes):
    folder = work / "refusals"
    folder.mkdir(parents=True, exist_ok=True)
    base = small_file()
    np.save(folder / "x.npy", next(iter(base.samples[0].values())))
    for name, data, words in named_files():
        count(report, "named, through the command line", refused_by_command_line(report, folder, name, data, words))
    damaged(report, work, base, processes)


def count(report, kind, outcome):
    row = report.refusals.setdefault(kind, {"files": 0, "refused": 0, "ran": 0, "failed": 0})
    row["files"] += 1
    row[outcome] += 1


def refused_by_command_line(report, folder, name, data, words):
    path = folder / f"{name}.onnx"
    path.write_bytes(data)
    arguments = ["run", path, "--input", folder / "x.npy", "--output", folder / "y.npy"]
    try:
        done = engine.command_line(arguments, seconds=SECONDS, limit_bytes=MEMORY_BYTES)
    except Exception as error:
        report.fail(name, f"{type(error).__name__}: not done in {SECONDS} s")
        return "failed"
    lines = done.stderr.strip().splitlines()
    if done.returncode not in (1, 2):
        report.fail(name, f"exit code {done.returncode}: {done.stderr.strip()[:300]}")
    elif len(lines) != 1:
        report.fail(name, f"{len(lines)} lines of error: {lines[:3]}")
    elif words and not any(word.lower() in lines[0].lower() for word in words):
        report.fail(name, f"the message has none of {words}: {lines[0][:300]}")
    else:
        return "refused"
    return "failed"


def damaged(report, work, base, processes):
    """Truncations and flipped bits: the engine may run what is left of the file, or refuse it in one line."""
    data = base.model.SerializeToString()
    random = np.random.default_rng(3)
    files = [("truncated", data[:length]) for length in np.linspace(0, len(data) - 1, 60).astype(int)]
    for _ in range(400):
        flipped = bytearray(data)
        for _ in range(int(random.integers(1, 4))):
            flipped[int(random.integers(len(data)))] ^= 1 << int(random.integers(8))
        files.append(("bits flipped", bytes(flipped)))
    requests, plan = [], f"naive@{engine.instruction_sets()[0]}"
    for index, (_, content) in enumerate(files):
        folder = work / "damaged" / str(index)
        engine.write_sample(folder, base.model, base.samples)
        (folder / "model.onnx").write_bytes(content)
        requests.append((folder, 1, [plan]))
    answers = engine.run_batch(requests, processes=processes, seconds=SECONDS, limit_bytes=MEMORY_BYTES)
    for index, (kind, _) in enumerate(files):
        answer = answers.get(str(work / "damaged" / str(index)), "no answer")
        if answer is None:
            count(report, kind, "ran")
        elif answer.startswith(("crash", "takes too long", "no answer")) or not answer.strip():
            kept = engine.ROOT / ".build" / f"conformance-damaged-{index}.onnx"
            kept.write_bytes(files[index][1])
            count(report, kind, "failed")
            report.fail(f"{kind} {index}", f"{answer} (kept as {kept.name})")
        else:
            count(report, kind, "refused")
