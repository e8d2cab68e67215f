"""Sums, products, functions of one value, normalization, requantization."""

import numpy as np

from . import case
from .builder import Graph


def pair(name, kind, left, right, *, graph={}, same=False, activation=None, expect={}, swap=False):
    g = Graph(name, kind, **graph)
    a = g.input(left)
    b = a if same else g.input(right, scale=0.037, zero=90 if g.zero is None else g.zero)
    y = g.op(kind, [b, a] if swap else [a, b])
    return g.output(g.quantize(g.activate(y, activation))).case(**expect)


@case
def two_values():
    image = (1, 6, 5, 7)
    for kind in ("Add", "Sub", "Mul"):
        low = kind.lower()
        yield pair(f"{low}_same_shape", kind, image, image)
        yield pair(f"{low}_s8", kind, image, image, graph={"activations": "s8"})
        yield pair(f"{low}_relu", kind, image, image, activation="relu")
        yield pair(f"{low}_clip", kind, image, image, activation=(-1.0, 2.5))
        yield pair(f"{low}_zero0", kind, image, image, graph={"zero": 0})
        yield pair(f"{low}_zero255", kind, image, image, graph={"zero": 255})
        yield pair(f"{low}_channel_vector", kind, (2, 6, 5, 7), (2, 6, 1, 1))
        yield pair(f"{low}_channel_vector_first", kind, (2, 6, 5, 7), (2, 6, 1, 1), swap=True)
        yield pair(f"{low}_one_image", kind, (2, 6, 5, 7), (1, 6, 5, 7))
        yield pair(f"{low}_plane", kind, image, (1, 1, 5, 7))
        yield pair(f"{low}_row", kind, image, (1, 6, 1, 7))
        yield pair(f"{low}_column_both", kind, (1, 6, 5, 1), (1, 1, 1, 7))
        yield pair(f"{low}_lower_rank", kind, image, (5, 7))
        yield pair(f"{low}_rank1", kind, image, (7,))
        yield pair(f"{low}_rank2", kind, (3, 20), (3, 20))
        yield pair(f"{low}_rank3", kind, (2, 5, 9), (1, 5, 1))
        yield pair(f"{low}_rank5", kind, (1, 2, 3, 4, 5), (1, 2, 1, 4, 1))
        yield pair(f"{low}_itself", kind, image, image, same=True)


@case
def with_constants():
    for kind in ("Add", "Sub", "Mul"):
        low = kind.lower()
        for name, shape in (
            ("scalar", ()), ("channels", (1, 6, 1, 1)), ("channels_rank3", (6, 1, 1)), ("full", (1, 6, 5, 7)),
            ("plane", (5, 7)),
        ):  # fmt: skip
            g = Graph(f"{low}_constant_{name}", f"{kind} constant")
            x = g.input((1, 6, 5, 7))
            yield g.output(g.quantize(g.op(kind, [x, g.constant_value(shape)]))).case()
        g = Graph(f"{low}_constant_first", f"{kind} constant")
        x = g.input((1, 6, 5, 7))
        yield g.output(g.quantize(g.op(kind, [g.constant_value((1, 6, 1, 1)), x]))).case()
        g = Graph(f"{low}_float_constant", f"{kind} constant")
        x = g.input((2, 6, 5, 7))
        k = g.constant(g.random.normal(size=(1, 6, 1, 1)).astype(np.float32))
        yield g.output(g.quantize(g.op(kind, [x, k]))).case()
        g = Graph(f"{low}_float_scalar", f"{kind} constant", activations="s8")
        x = g.input((1, 6, 5, 7))
        yield g.output(g.quantize(g.op(kind, [x, g.constant(np.float32(0.7))]))).case()


@case
def functions():
    table = [
        ("relu", "Relu", {}), ("leaky", "LeakyRelu", {}), ("leaky_02", "LeakyRelu", {"alpha": 0.2}),
        ("leaky_negative", "LeakyRelu", {"alpha": -0.3}), ("sigmoid", "Sigmoid", {}),
        ("hardsigmoid", "HardSigmoid", {}), ("hardsigmoid_6", "HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
        ("hardswish", "HardSwish", {}), ("tanh", "Tanh", {}),
    ]  # fmt: skip
    for name, kind, attributes in table:
        for types in ("u8", "s8"):
            g = Graph(f"{name}_{types}", kind, activations=types)
            x = g.input((1, 7, 5, 6), scale=0.06, zero=117)
            yield g.output(g.quantize(g.op(kind, [x], **attributes))).case()
        g = Graph(f"{name}_to_zero0", kind)
        x = g.input((2, 33), scale=0.04, zero=30)
        yield g.output(g.quantize(g.op(kind, [x], **attributes), zero=0)).case()
    for opset in (13, 17, 21):
        g = Graph(f"clip_opset{opset}", "Clip", opset=opset)
        yield g.output(g.quantize(g.activate(g.input((1, 7, 5, 6)), (-0.8, 1.1)))).case()
    g = Graph("clip_one_bound", "Clip")
    yield g.output(g.quantize(g.activate(g.input((1, 7, 5, 6)), (0.5, None)))).case()
    g = Graph("sigmoid_times_input", "Sigmoid")  # SiLU
    x = g.input((1, 9, 6, 5), scale=0.05)
    yield g.output(g.quantize(g.op("Mul", [x, g.quantize(g.op("Sigmoid", [x]), zero=0)]))).case()
    g = Graph("sigmoid_fixed_256th", "Sigmoid")
    x = g.input((1, 9, 6, 5), scale=0.05)
    yield g.output(g.quantize(g.op("Sigmoid", [x]), zero=0, scale=1 / 256)).case()


@case
def requantizations():
    for name, types, to in (("finer", "u8", None), ("u8_to_s8", "u8", "int8"), ("s8_to_u8", "s8", "uint8")):
        g = Graph(f"requantize_{name}", "QuantizeLinear", activations=types)
        x = g.input((1, 5, 6, 7))
        yield g.output(g.quantize(x, dtype=to, zero=40, spread=0.4)).case()
    g = Graph("requantize_chain", "QuantizeLinear")
    x = g.input((2, 11))
    yield g.output(g.quantize(g.quantize(x, zero=10), zero=77, dtype="int8")).case(
        ort_note="merges two quantizations in a row into one and loses the first one's clamp"
    )
    g = Graph("requantize_ties", "QuantizeLinear")
    x = g.input((1, 3, 16, 16), scale=0.25, zero=128)
    yield g.output(g.quantize(x, zero=128, scale=0.5)).case()
    g = Graph("identity_dropout", "Identity")
    x = g.input((1, 5, 6, 7))
    y = g.quantize(g.op("Identity", [x]), like=x)
    yield g.output(g.keep("Dropout", [y])).case()


@case
def normalizations():
    def constants(g, channels):
        r = g.random
        arrays = (
            r.normal(1, 0.5, channels), r.normal(0, 1, channels), r.normal(0, 0.5, channels), r.uniform(0.2, 2, channels)
        )  # fmt: skip
        return [g.constant(a.astype(np.float32)) for a in arrays]

    for name, types, activation in (("plain", "u8", None), ("relu", "u8", "relu"), ("s8", "s8", "relu")):
        g = Graph(f"batchnorm_{name}", "BatchNormalization", activations=types)
        x = g.input((2, 19, 5, 4))
        y = g.op("BatchNormalization", [x, *constants(g, 19)], epsilon=1e-3)
        yield g.output(g.quantize(g.activate(y, activation))).case()
    g = Graph("batchnorm_preactivation", "BatchNormalization")
    x = g.input((1, 12, 7, 6))
    y = g.quantize(g.op("Relu", [g.op("BatchNormalization", [x, *constants(g, 12)])]), zero=0)
    yield g.output(g.conv(y, 16, 1)).case()


@case
def softmaxes():
    for name, shape, axis, scale in (
        ("rank2", (3, 10), 1, 0.05), ("rank2_last", (2, 1000), -1, 0.08), ("image_channels", (1, 21, 5, 4), 1, 0.05),
        ("image_last", (1, 4, 5, 21), -1, 0.05), ("rank3_axis1", (2, 17, 3), 1, 0.1), ("one_class", (2, 1), 1, 0.05),
    ):  # fmt: skip
        for types in ("u8", "s8"):
            g = Graph(f"softmax_{name}_{types}", "Softmax", activations=types)
            x = g.input(shape, scale=scale)
            yield g.output(g.quantize(g.op("Softmax", [x], axis=axis), zero=0, scale=1 / 256)).case()
    g = Graph("softmax_wide_scale", "Softmax")
    x = g.input((4, 12), scale=0.5)
    yield g.output(g.quantize(g.op("Softmax", [x], axis=-1), zero=0, scale=1 / 255)).case()
    g = Graph("softmax_zero128", "Softmax")
    x = g.input((4, 12))
    yield g.output(g.quantize(g.op("Softmax", [x], axis=-1), zero=128)).case()
