"""Small networks' building blocks, and graphs with several inputs and outputs."""

import numpy as np

from . import case
from .builder import Graph


def normalization(g, x, *, activation="relu", **q):
    """DenseNet's BatchNormalization before a convolution."""
    r, channels = g.random, g.values[x].shape[1]
    arrays = (
        r.normal(1, 0.3, channels), r.normal(0, 0.5, channels), r.normal(0, 0.5, channels), r.uniform(0.3, 2, channels)
    )  # fmt: skip
    y = g.op("BatchNormalization", [x, *(g.constant(a.astype(np.float32)) for a in arrays)])
    return g.quantize(g.activate(y, activation), **q)


def residual(g, x, channels, stride=1):
    y = g.conv(x, channels, 3, pads=[1, 1, 1, 1], strides=[stride, stride], activation="relu", q={"zero": 0})
    y = g.conv(y, channels, 3, pads=[1, 1, 1, 1])
    if stride != 1 or g.values[x].shape[1] != channels:
        x = g.conv(x, channels, 1, strides=[stride, stride])
    return g.quantize(g.op("Relu", [g.op("Add", [y, x])]), zero=0)


def squeeze_excite(g, x, *, reduction=4, sigmoid="Sigmoid"):
    channels = g.values[x].shape[1]
    s = g.quantize(g.op("GlobalAveragePool", [x]))
    s = g.conv(s, max(channels // reduction, 1), 1, activation="relu", q={"zero": 0})
    s = g.conv(s, channels, 1)
    s = g.quantize(g.op(sigmoid, [s]), zero=0)
    return g.quantize(g.op("Mul", [x, s]))


def dense(g, x, growth, layers):
    for _ in range(layers):
        y = normalization(g, x, zero=0)
        y = g.conv(y, 4 * growth, 1, activation="relu", q={"zero": 0})
        y = g.conv(y, growth, 3, pads=[1, 1, 1, 1])
        x = g.quantize(g.op("Concat", [x, y], axis=1))
    return x


def shuffle(g, x, groups=2):
    n, c, h, w = g.values[x].shape
    y = g.keep("Reshape", [x, g.constant(np.array([n, groups, c // groups, h, w], np.int64))])
    y = g.keep("Transpose", [y], perm=[0, 2, 1, 3, 4])
    return g.keep("Reshape", [y, g.constant(np.array([n, c, h, w], np.int64))])


def inverted(g, x, channels, *, expansion=6, stride=1, excite=False):
    wide = g.values[x].shape[1] * expansion
    y = g.conv(x, wide, 1, activation=(0.0, 6.0), q={"zero": 0})
    y = g.conv(
        y, wide, 3, group=wide, pads=[1, 1, 1, 1], strides=[stride, stride], activation=(0.0, 6.0), q={"zero": 0}
    )
    y = squeeze_excite(g, y, sigmoid="HardSigmoid") if excite else y
    y = g.conv(y, channels, 1)
    return g.quantize(g.op("Add", [x, y])) if stride == 1 and g.values[x].shape[1] == channels else y


def head(g, x, classes=10):
    x = g.quantize(g.op("GlobalAveragePool", [x]))
    return g.gemm(g.keep("Flatten", [x]), classes)


@case
def blocks():
    for types, calm in (("u8", False), ("s8", False), ("u8", True), ("s8", True)):
        tag = types + ("_calm" if calm else "")
        g = Graph(f"residual_block_{tag}", "blocks", activations=types, calm=calm)
        yield g.output(residual(g, g.input((1, 16, 9, 8)), 16)).case()
        g = Graph(f"residual_downsample_{tag}", "blocks", activations=types, calm=calm)
        yield g.output(residual(g, g.input((2, 12, 9, 8)), 24, stride=2)).case()
        g = Graph(f"dense_block_{tag}", "blocks", activations=types, calm=calm)
        yield g.output(dense(g, g.input((1, 16, 7, 6)), 8, 3)).case(ort_steps=2, fused_steps=4)
        g = Graph(f"inverted_residual_{tag}", "blocks", activations=types, calm=calm)
        yield g.output(inverted(g, g.input((1, 12, 8, 7)), 12)).case()
        g = Graph(f"squeeze_excite_{tag}", "blocks", activations=types, calm=calm)
        yield g.output(squeeze_excite(g, g.input((2, 20, 7, 6)))).case()
    g = Graph("squeeze_excite_hardsigmoid", "blocks")
    yield g.output(inverted(g, g.input((1, 8, 8, 8)), 8, excite=True)).case(ort_steps=2, fused_steps=2)
    g = Graph("shuffle_unit", "blocks")
    x = g.input((1, 24, 6, 6))
    a, b = g.keep("Split", [x, g.constant(np.array([12, 12], np.int64))], 2, axis=1)
    b = g.conv(b, 12, 1, activation="relu", q={"zero": 0})
    b = g.conv(b, 12, 3, group=12, pads=[1, 1, 1, 1])
    b = g.conv(b, 12, 1, activation="relu", q={"zero": 0})
    yield g.output(shuffle(g, g.quantize(g.op("Concat", [a, b], axis=1)))).case()
    g = Graph("fire_module", "blocks")
    x = g.conv(g.input((1, 24, 7, 7)), 8, 1, activation="relu", q={"zero": 0})
    parts = [g.conv(x, 16, k, pads=[k // 2] * 4, activation="relu", q={"zero": 0}) for k in (1, 3)]
    yield g.output(g.quantize(g.op("Concat", parts, axis=1), zero=0)).case()
    g = Graph("transition_layer", "blocks")
    x = normalization(g, g.input((1, 20, 8, 8)), zero=0)
    x = g.conv(x, 10, 1)
    yield g.output(g.quantize(g.op("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2]))).case()
    g = Graph("feature_pyramid", "blocks")
    small, large = g.input((1, 16, 4, 5)), g.input((1, 8, 8, 10))
    g.values[""] = None
    up = g.keep("Resize", [small, "", g.constant(np.array([1, 1, 2, 2], np.float32))], mode="nearest",
                coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip
    y = g.quantize(g.op("Add", [g.conv(large, 16, 1), up]))
    yield g.output(g.conv(y, 12, 3, pads=[1, 1, 1, 1])).output(y).case()
    g = Graph("spatial_pyramid_pooling", "blocks")
    x = g.conv(g.input((1, 16, 9, 9)), 8, 1, activation="relu", q={"zero": 0})
    parts = [x] + [g.keep("MaxPool", [x], kernel_shape=[k, k], pads=[k // 2] * 4) for k in (3, 5)]
    yield g.output(g.conv(g.quantize(g.op("Concat", parts, axis=1), like=x), 12, 1)).case()
    g = Graph("segmentation_head", "blocks")
    x = g.conv(g.input((1, 16, 6, 7)), 8, 3, pads=[2, 2, 2, 2], dilations=[2, 2], activation="relu", q={"zero": 0})
    x = g.conv(x, 5, 1)
    g.values[""] = None
    y = g.op("Resize", [x, "", "", g.constant(np.array([1, 5, 24, 28], np.int64))], mode="linear",
             coordinate_transformation_mode="pytorch_half_pixel")  # fmt: skip
    yield g.output(g.quantize(y, like=x)).case()
    g = Graph("detection_head", "blocks")
    x = g.input((1, 16, 5, 6))
    boxes, scores = g.conv(x, 24, 3, pads=[1, 1, 1, 1]), g.conv(x, 12, 1)
    outputs = []
    for value, last in ((boxes, 4), (scores, 2)):
        y = g.keep("Transpose", [value], perm=[0, 2, 3, 1])
        outputs.append(g.keep("Reshape", [y, g.constant(np.array([0, -1, last], np.int64))]))
    yield g.output(outputs[0]).output(outputs[1]).case()
    g = Graph("normalized_input", "blocks")
    x = g.input((1, 3, 10, 10), scale=1 / 255, zero=0)
    mean = g.constant(np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1))
    deviation = g.constant((1 / np.array([0.229, 0.224, 0.225])).astype(np.float32).reshape(1, 3, 1, 1))
    x = g.quantize(g.op("Mul", [g.quantize(g.op("Sub", [x, mean])), deviation]))
    yield g.output(g.conv(x, 8, 3, strides=[2, 2])).case(ort_steps=1)


@case
def several():
    g = Graph("two_inputs_two_outputs", "several values")
    a, b = g.input((1, 6, 7, 7)), g.input((1, 6, 7, 7))
    y = g.conv(a, 8, 3, pads=[1, 1, 1, 1])
    z = g.conv(b, 8, 1)
    yield g.output(g.quantize(g.op("Add", [y, z]))).output(y).case()
    g = Graph("three_inputs_of_different_ranks", "several values")
    a, b, c = g.input((2, 5, 6, 6)), g.input((2, 5)), g.input((1,))
    y = g.keep("Unsqueeze", [b, g.constant(np.array([2, 3], np.int64))])
    y = g.quantize(g.op("Mul", [a, y]))
    yield g.output(g.quantize(g.op("Add", [y, c]))).case()
    g = Graph("one_value_twice", "several values")
    y = g.conv(g.input((1, 6, 7, 7)), 8, 3, activation="relu")
    yield g.output(y).output(g.keep("MaxPool", [y], kernel_shape=[2, 2])).output(g.conv(y, 3, 1)).case()
    g = Graph("output_in_the_middle", "several values")
    x = g.input((1, 8, 6, 6))
    y = residual(g, x, 8)
    yield g.output(y).output(head(g, residual(g, y, 16, 2))).case(ort_steps=2, fused_steps=2)
    g = Graph("input_unused_branch", "several values")
    x = g.input((1, 8, 6, 6))
    g.conv(x, 4, 3)  # read by nothing
    yield g.output(g.conv(x, 5, 1)).case()


def small_network(name, body, types="u8", shape=(2, 3, 32, 32)):
    g = Graph(name, "networks", activations=types)
    g.spread = 1.2  # a tenth of clamping in every layer is no calibration
    x = g.conv(g.input(shape), 16, 3, pads=[1, 1, 1, 1], strides=[2, 2], activation="relu", q={"zero": 0})
    return g.output(head(g, body(g, x))).case(tags={"network"})


@case
def networks():
    def resnet(g, x):
        return residual(g, residual(g, residual(g, x, 16), 32, 2), 32)

    def densenet(g, x):
        x = dense(g, x, 8, 4)
        x = g.conv(normalization(g, x, zero=0), 24, 1)
        x = g.quantize(g.op("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2]))
        return normalization(g, dense(g, x, 8, 4), zero=0)

    def mobilenet(g, x):
        return inverted(g, inverted(g, inverted(g, x, 24, stride=2), 24), 24, excite=True)

    for name, body in (("resnet", resnet), ("densenet", densenet), ("mobilenet", mobilenet)):
        for types in ("u8", "s8"):
            yield small_network(f"small_{name}_{types}", body, types)
