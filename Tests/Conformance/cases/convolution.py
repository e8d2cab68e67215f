"""Convolutions: geometry, groups, types, zero points, ways to write constants."""

import numpy as np
from onnx import helper

from . import case
from .builder import Graph


def single(name, shape, outputs, kernel, *, operator="Conv", graph={}, expect={}, **options):
    g = Graph(name, operator, **graph)
    x = g.input(shape)
    return g.output(g.conv(x, outputs, kernel, **options)).case(**expect)


@case
def geometry():
    yield single("conv_1x1", (1, 16, 5, 7), 24, 1)
    yield single("conv_1x1_stride2", (1, 16, 7, 9), 8, 1, strides=[2, 2])
    yield single("conv_3x3_pad1", (1, 8, 9, 11), 16, 3, pads=[1, 1, 1, 1])
    yield single("conv_3x3_nopad", (1, 5, 8, 6), 7, 3)
    yield single("conv_7x7_stem", (1, 3, 37, 33), 32, 7, strides=[2, 2], pads=[3, 3, 3, 3])
    yield single("conv_asymmetric_pads", (1, 6, 9, 10), 12, 3, pads=[0, 1, 2, 1], strides=[2, 2])
    yield single("conv_asymmetric_pads_5x3", (1, 4, 13, 9), 9, (5, 3), pads=[3, 0, 1, 2])
    yield single("conv_1x7", (1, 10, 8, 17), 11, (1, 7), pads=[0, 3, 0, 3])
    yield single("conv_7x1_stride_1_3", (1, 10, 17, 8), 11, (7, 1), pads=[3, 0, 3, 0], strides=[1, 3])
    yield single("conv_dilation2", (1, 8, 13, 12), 8, 3, dilations=[2, 2], pads=[2, 2, 2, 2])
    yield single("conv_dilation_3_1", (1, 8, 15, 12), 8, 3, dilations=[3, 1], pads=[3, 1, 0, 1])
    yield single("conv_dilation4_wide_pads", (2, 3, 11, 10), 5, 3, dilations=[4, 4], pads=[4, 4, 4, 4])
    yield single("conv_pads_beyond_kernel", (1, 3, 5, 5), 4, 2, pads=[3, 2, 0, 3])
    yield single("conv_even_kernel_4x4", (1, 5, 10, 11), 6, 4, strides=[2, 2], pads=[1, 1, 1, 1])
    yield single("conv_2x2_patch", (1, 3, 12, 12), 16, 4, strides=[4, 4])
    yield single("conv_kernel_of_image", (1, 7, 6, 5), 20, (6, 5))
    yield single("conv_one_pixel", (1, 33, 1, 1), 17, 1)
    yield single("conv_one_row", (1, 4, 1, 19), 6, (1, 3), pads=[0, 1, 0, 1])
    yield single("conv_one_channel", (1, 1, 9, 9), 1, 3, pads=[1, 1, 1, 1])
    yield single("conv_129_channels", (1, 129, 4, 3), 65, 1)
    yield single("conv_deep", (1, 512, 3, 3), 10, 3, pads=[1, 1, 1, 1])
    for auto in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        yield single(f"conv_auto_{auto.lower()}", (1, 6, 9, 10), 8, (3, 4), auto_pad=auto, strides=[2, 3])
    yield single("conv_auto_same_dilated", (1, 6, 9, 10), 8, 3, auto_pad="SAME_UPPER", dilations=[2, 1],
                 expect={"ort_refuses": "Dilation not supported"})  # fmt: skip
    yield single("conv_batch2", (2, 6, 7, 5), 9, 3, pads=[1, 1, 1, 1])
    yield single("conv_batch3_stride2", (3, 6, 7, 5), 9, 3, pads=[1, 0, 1, 0], strides=[2, 2])


@case
def groups():
    yield single("conv_groups2", (1, 12, 7, 8), 16, 3, group=2, pads=[1, 1, 1, 1])
    yield single("conv_groups3_odd", (1, 15, 6, 5), 21, 3, group=3, pads=[1, 1, 1, 1])
    yield single("conv_groups8_1x1", (2, 32, 5, 4), 64, 1, group=8)
    yield single("conv_groups4_dilated", (1, 16, 11, 9), 8, 3, group=4, dilations=[2, 2], pads=[2, 1, 2, 1])
    yield single("depthwise_3x3", (1, 13, 9, 8), 13, 3, group=13, pads=[1, 1, 1, 1], operator="Conv depthwise")
    yield single(
        "depthwise_3x3_stride2", (2, 64, 9, 8), 64, 3, group=64, pads=[1, 1, 1, 1], strides=[2, 2],
        operator="Conv depthwise",
    )  # fmt: skip
    yield single(
        "depthwise_5x5_asymmetric", (1, 70, 9, 8), 70, 5, group=70, pads=[2, 1, 3, 0], operator="Conv depthwise"
    )
    yield single(
        "depthwise_dilated", (1, 24, 12, 9), 24, 3, group=24, pads=[2, 2, 2, 2], dilations=[2, 2],
        operator="Conv depthwise",
    )  # fmt: skip
    yield single("depthwise_multiplier2", (1, 9, 7, 6), 18, 3, group=9, pads=[1, 1, 1, 1], operator="Conv depthwise")
    yield single("depthwise_multiplier3_1x1", (1, 8, 5, 6), 24, 1, group=8, operator="Conv depthwise")
    yield single(
        "depthwise_relu6_s8", (1, 20, 8, 8), 20, 3, group=20, pads=[1, 1, 1, 1], activation=(0.0, 6.0),
        graph={"activations": "s8"}, operator="Conv depthwise",
    )  # fmt: skip


@case
def types():
    for kind in ("u8", "s8"):
        for zero in (0, 128, 3, 200, 255):
            yield single(
                f"conv_{kind}_zero{zero}", (1, 7, 8, 9), 11, 3, pads=[1, 1, 1, 1], strides=[2, 1],
                graph={"activations": kind, "zero": zero},
            )  # fmt: skip
            yield single(
                f"depthwise_{kind}_zero{zero}", (1, 11, 8, 9), 11, 3, group=11, pads=[1, 0, 1, 2],
                graph={"activations": kind, "zero": zero}, operator="Conv depthwise",
            )  # fmt: skip
    yield single("conv_weights_per_tensor", (1, 7, 8, 9), 11, 3, weight={"per_channel": False})
    yield single("conv_weights_u8_128", (1, 7, 8, 9), 11, 3, weight={"dtype": "u8", "zero": 128})
    yield single(
        "conv_weights_u8_128_per_tensor", (1, 7, 8, 9), 11, 3,
        weight={"dtype": "u8", "zero": 128, "per_channel": False},
    )  # fmt: skip
    yield single(
        "conv_weights_u8_zero97", (1, 7, 8, 9), 11, 3,
        weight={"dtype": "u8", "zero": 97, "limit": 90, "per_channel": False},
    )  # fmt: skip
    yield single(
        "conv_weights_s8_zero5", (1, 7, 8, 9), 11, 3,
        weight={"zero": 5, "limit": 100, "per_channel": False},
    )  # fmt: skip
    yield single(
        "depthwise_weights_u8_128", (1, 12, 8, 9), 12, 3, group=12,
        weight={"dtype": "u8", "zero": 128, "per_channel": False}, operator="Conv depthwise",
    )  # fmt: skip
    yield single("conv_no_bias", (1, 7, 8, 9), 11, 3, bias=False)
    yield single("conv_no_bias_relu", (1, 7, 8, 9), 11, 3, bias=False, activation="relu")
    yield single("conv_relu", (1, 7, 8, 9), 11, 3, activation="relu")
    yield single("conv_relu_zero0", (1, 7, 8, 9), 11, 3, activation="relu", q={"zero": 0})
    yield single("conv_relu6", (1, 7, 8, 9), 11, 3, activation=(0.0, 6.0), q={"zero": 0})
    yield single("conv_clip_below", (1, 7, 8, 9), 11, 3, activation=(-1.5, None))
    yield single("conv_clip_both", (1, 7, 8, 9), 11, 3, activation=(-2.3, 4.1))
    yield single("conv_s8_relu", (1, 7, 8, 9), 11, 3, activation="relu", graph={"activations": "s8"})
    yield single("conv_output_s8_of_u8", (1, 7, 8, 9), 11, 3, q={"dtype": "int8"})
    yield single("conv_saturating", (1, 32, 6, 6), 16, 3, q={"spread": 0.2})
    yield single("conv_scale_power_of_two", (1, 6, 8, 8), 8, 3, q={"scale": 0.5})


@case
def writing():
    for opset in (13, 14, 15, 16, 18, 19, 20, 21):
        yield single(f"conv_opset{opset}", (1, 6, 8, 7), 8, 3, pads=[1, 1, 1, 1], graph={"opset": opset})
    yield single("conv_constant_nodes", (1, 6, 8, 7), 8, 3, graph={"constants": "node"})
    yield single("depthwise_constant_nodes", (1, 6, 8, 7), 6, 3, group=6, graph={"constants": "node"})
    g = Graph("conv_symbolic_batch", "Conv")
    yield g.output(g.conv(g.input((3, 5, 6, 7), symbolic=True), 8, 3)).case()
    g = Graph("conv_symbolic_batch_gemm", "Gemm")
    x = g.conv(g.input((2, 5, 4, 4), symbolic=True), 8, 3, activation="relu")
    yield g.output(g.gemm(g.keep("Flatten", [x]), 10)).case()
    g = Graph("conv_raw_input_output", "Conv")
    yield g.output(g.conv(g.input((1, 5, 6, 7), raw=True), 8, 3), raw=True).case()
    g = Graph("conv_raw_s8", "Conv", activations="s8")
    yield g.output(g.conv(g.input((1, 5, 6, 7), raw=True), 8, 3), raw=True).case()
    g = Graph("conv_raw_output", "Conv")
    yield g.output(g.conv(g.input((1, 5, 6, 7)), 8, 3), raw=True).case()
    # A bias left in float, as some exporters write it.
    g = Graph("conv_float_bias", "Conv")
    x = g.input((1, 5, 6, 7))
    w = g.weights((8, 5, 3, 3))
    b = g.constant(g.random.normal(size=8).astype(np.float32))
    yield g.output(g.quantize(g.op("Conv", [x, w, b], kernel_shape=[3, 3]))).case()
    # No zero point means u8 with zero point 0; weights without one are s8 by their own type.
    g = Graph("quantize_without_zero_points", "QuantizeLinear")
    x = g.input((1, 5, 6, 7), zero=0)
    w = g.random.integers(-127, 128, (8, 5, 3, 3)).astype(np.int8)
    scales = (0.002 + 0.004 * g.random.random(8)).astype(np.float32)
    y = g.op("Conv", [x, g.dequantize(g.constant(w), g.constant(scales), None, axis=0)], kernel_shape=[3, 3])
    s = g.constant(np.float32(0.05))
    yield g.output(g.dequantize(g.op("QuantizeLinear", [g.op("Relu", [y]), s]), s, None)).case()
    # The axis of per-channel scales counted from behind.
    g = Graph("conv_negative_axis", "Conv")
    x = g.input((1, 5, 6, 7))
    yield g.output(g.conv(x, 8, 3, weight={"axis": -4})).case()
    # kernel_shape is optional, and one DequantizeLinear may feed several readers.
    g = Graph("conv_inferred_kernel_shared_input", "Conv")
    x = g.input((1, 5, 6, 7))
    parts = []
    for _ in range(2):
        w = g.weights((8, 5, 3, 3))
        parts.append(g.quantize(g.op("Conv", [x, w, g.bias(8, x, w)], pads=[1, 1, 1, 1])))
    yield g.output(g.quantize(g.op("Add", parts))).case()
    # Two convolutions that share one weight tensor. Without VNNI, ONNX Runtime rewrites it twice and fails.
    g = Graph("conv_shared_weights", "Conv")
    x = g.input((1, 6, 7, 7))
    w = g.weights((6, 6, 3, 3))
    y = g.quantize(g.op("Conv", [x, w], pads=[1, 1, 1, 1]))
    yield g.output(g.quantize(g.op("Conv", [y, w], pads=[1, 1, 1, 1]))).case(
        ort_refuses="AddInitializerWithOrtValue"
    )


@case
def transposed():
    def one(name, shape, outputs, kernel, *, group=1, bias=True, graph={}, weight={}, activation=None, expect={}, **a):
        g = Graph(name, "ConvTranspose", **graph)
        x = g.input(shape)
        w = g.weights((shape[1], outputs // group, *kernel), axis=1, **weight)
        b = [g.bias(outputs, x, w, tile=group)] if bias else []
        y = g.op("ConvTranspose", [x, w, *b], kernel_shape=list(kernel), group=group, **a)
        return g.output(g.quantize(g.activate(y, activation))).case(**expect)

    yield one("deconv_2x2_stride2", (1, 6, 5, 7), 8, (2, 2), strides=[2, 2])
    yield one("deconv_3x3_stride2_pads", (1, 6, 5, 7), 9, (3, 3), strides=[2, 2], pads=[1, 1, 1, 1])
    yield one(
        "deconv_output_padding", (1, 6, 5, 7), 9, (3, 3), strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]
    )
    yield one("deconv_asymmetric", (2, 5, 4, 6), 7, (4, 3), strides=[3, 2], pads=[0, 1, 2, 1], bias=False)
    yield one("deconv_dilated", (1, 5, 4, 6), 7, (3, 3), dilations=[2, 3], strides=[1, 2])
    yield one("deconv_groups2", (1, 8, 5, 4), 6, (3, 3), group=2, strides=[2, 2], weight={"per_channel": False})
    yield one("deconv_groups2_per_channel", (1, 8, 5, 4), 6, (3, 3), group=2, strides=[2, 2])
    yield one(
        "deconv_depthwise_4x4", (1, 12, 5, 4), 12, (4, 4), group=12, strides=[2, 2], pads=[1, 1, 1, 1],
        weight={"per_channel": False},
    )  # fmt: skip
    yield one("deconv_same_upper", (1, 4, 5, 6), 5, (3, 3), strides=[2, 2], auto_pad="SAME_UPPER")
    yield one("deconv_output_shape", (1, 4, 5, 6), 5, (3, 3), strides=[2, 2], output_shape=[10, 12])
    yield one("deconv_s8_relu", (1, 4, 5, 6), 5, (2, 2), strides=[2, 2], activation="relu", graph={"activations": "s8"})
    yield one("deconv_1x1", (1, 9, 3, 3), 4, (1, 1), weight={"per_channel": False})


@case
def matrices():
    def gemm(name, shape, outputs, *, graph={}, expect={}, **options):
        g = Graph(name, "Gemm", **graph)
        return g.output(g.gemm(g.input(shape), outputs, **options)).case(**expect)

    yield gemm("gemm_small", (1, 10), 7)
    yield gemm("gemm_batch3", (3, 65), 33)
    yield gemm("gemm_no_bias", (2, 64), 10, bias=False)
    yield gemm("gemm_relu_s8", (2, 50), 20, activation="relu", graph={"activations": "s8"})
    yield gemm("gemm_per_tensor", (1, 100), 31, weight={"per_channel": False})
    yield gemm("gemm_one_output", (1, 77), 1)
    yield gemm("gemm_zero0", (1, 300), 1000, graph={"zero": 0})
    g = Graph("gemm_not_transposed", "Gemm")
    x = g.input((2, 24))
    w = g.weights((24, 15), axis=1)
    yield g.output(g.quantize(g.op("Gemm", [x, w, g.bias(15, x, w)], transB=0))).case()
    g = Graph("matmul_2d", "MatMul")
    x = g.input((3, 24))
    yield g.output(g.quantize(g.op("MatMul", [x, g.weights((24, 15), axis=1)]))).case()
    g = Graph("matmul_2d_per_tensor", "MatMul", activations="s8")
    x = g.input((3, 24))
    yield g.output(g.quantize(g.op("MatMul", [x, g.weights((24, 15), axis=1, per_channel=False)]))).case()
    g = Graph("matmul_3d", "MatMul")
    x = g.input((2, 5, 24))
    yield g.output(g.quantize(g.op("MatMul", [x, g.weights((24, 15), axis=1, per_channel=False)]))).case()
    g = Graph("matmul_then_bias", "MatMul")
    x = g.input((2, 24))
    y = g.quantize(g.op("MatMul", [x, g.weights((24, 15), axis=1)]))
    yield g.output(g.quantize(g.op("Add", [y, g.constant_value((15,))]))).case()
