"""Pooling, joining, cutting, moving, padding and scaling."""

import numpy as np

from . import case
from .builder import Graph


def pool(name, kind, shape, kernel, *, graph={}, expect={}, **attributes):
    g = Graph(name, kind, **graph)
    x = g.input(shape)
    kernel = [kernel, kernel] if isinstance(kernel, int) else list(kernel)
    if kind == "MaxPool":
        return g.output(g.keep(kind, [x], kernel_shape=kernel, **attributes)).case(**expect)
    return g.output(g.quantize(g.op(kind, [x], kernel_shape=kernel, **attributes))).case(**expect)


@case
def pools():
    for kind in ("MaxPool", "AveragePool"):
        low = kind.lower()
        # Counting padding, ONNX Runtime's QLinearAveragePool also counts what rounding up adds behind the padding; its
        # float operator, and the ONNX documentation, do not.
        noted = {"ort_note": "QLinearAveragePool counts elements behind the padding, its float AveragePool does not"}
        both = [{}] if kind == "MaxPool" else [{"count_include_pad": 0}, {"count_include_pad": 1}]
        for extra in both:
            tag = f"_include{extra['count_include_pad']}" if extra else ""
            ceil = noted if extra.get("count_include_pad") else {}
            yield pool(f"{low}_2x2{tag}", kind, (1, 6, 8, 10), 2, strides=[2, 2], **extra)
            yield pool(f"{low}_3x3_pad{tag}", kind, (1, 65, 9, 7), 3, strides=[2, 2], pads=[1, 1, 1, 1], **extra)
            yield pool(
                f"{low}_asymmetric{tag}", kind, (2, 6, 9, 7), (3, 2), strides=[1, 2], pads=[2, 0, 1, 1], **extra
            )
            yield pool(f"{low}_ceil{tag}", kind, (1, 6, 8, 11), 3, strides=[2, 2], ceil_mode=1, expect=ceil, **extra)
            yield pool(
                f"{low}_ceil_pad{tag}", kind, (1, 6, 8, 10), 3, strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1,
                expect=ceil, **extra,
            )  # fmt: skip
            yield pool(
                f"{low}_stride3_ceil{tag}", kind, (1, 5, 7, 7), 2, strides=[3, 3], ceil_mode=1, expect=ceil, **extra
            )
            yield pool(f"{low}_same_upper{tag}", kind, (1, 6, 8, 11), 3, strides=[2, 2], auto_pad="SAME_UPPER", **extra)
            yield pool(f"{low}_same_lower{tag}", kind, (1, 6, 8, 11), 2, strides=[2, 2], auto_pad="SAME_LOWER", **extra)
        yield pool(f"{low}_s8", kind, (1, 17, 6, 7), 3, pads=[1, 1, 1, 1], graph={"activations": "s8"})
        yield pool(f"{low}_zero0", kind, (1, 17, 6, 7), 3, pads=[1, 1, 1, 1], graph={"zero": 0})
        yield pool(f"{low}_whole_image", kind, (2, 17, 6, 7), (6, 7))
    yield pool("maxpool_dilated", "MaxPool", (1, 6, 11, 12), 3, dilations=[2, 3], pads=[1, 2, 1, 2])
    yield pool(
        "averagepool_dilated", "AveragePool", (1, 6, 11, 12), 3, dilations=[2, 2], graph={"opset": 19},
        expect={"ort_refuses": "Unrecognized attribute: dilations for operator QLinearAveragePool"},
    )  # fmt: skip
    g = Graph("maxpool_to_other_parameters", "MaxPool")
    x = g.input((1, 6, 8, 10))
    yield g.output(g.quantize(g.op("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2]), zero=70)).case()
    for types in ("u8", "s8"):
        g = Graph(f"globalaveragepool_{types}", "GlobalAveragePool", activations=types)
        yield g.output(g.quantize(g.op("GlobalAveragePool", [g.input((2, 70, 7, 5))]))).case()
    g = Graph("globalaveragepool_same_parameters", "GlobalAveragePool")
    yield g.output(g.keep("GlobalAveragePool", [g.input((1, 70, 7, 7))])).case()
    for name, opset, keep in (("attribute_keep", 17, 1), ("attribute_drop", 13, 0), ("input_keep", 18, 1)):
        g = Graph(f"reducemean_{name}", "ReduceMean", opset=opset)
        x = g.input((2, 19, 6, 5))
        if opset >= 18:
            y = g.op("ReduceMean", [x, g.constant(np.array([2, 3], np.int64))], keepdims=keep)
        else:
            y = g.op("ReduceMean", [x], axes=[-2, -1] if keep else [2, 3], keepdims=keep)
        yield g.output(g.quantize(y)).case()


@case
def joins():
    def join(name, shapes, axis, *, same=False, graph={}, expect={}, **q):
        g = Graph(name, "Concat", **graph)
        parts = []
        for i, shape in enumerate(shapes):
            scale, zero = (0.02, 128) if same else (0.015 + 0.01 * i, 60 + 40 * i)
            parts.append(g.input(shape, scale=scale, zero=zero))
        y = g.op("Concat", parts, axis=axis)
        return g.output(g.quantize(y, like=parts[0]) if same else g.quantize(y, **q)).case(**expect)

    yield join("concat_two", [(1, 6, 5, 4), (1, 9, 5, 4)], 1)
    yield join("concat_same_parameters", [(2, 6, 5, 4), (2, 9, 5, 4)], 1, same=True)
    yield join("concat_three_batch2", [(2, 1, 5, 4), (2, 67, 5, 4), (2, 3, 5, 4)], 1)
    yield join("concat_s8", [(1, 6, 5, 4), (1, 2, 5, 4)], 1, graph={"activations": "s8"})
    yield join("concat_negative_axis", [(1, 6, 5, 4), (1, 2, 5, 4)], -3)
    yield join("concat_height", [(1, 6, 5, 4), (1, 6, 2, 4)], 2)
    yield join("concat_width", [(1, 6, 5, 4), (1, 6, 5, 1)], -1)
    yield join("concat_batch", [(1, 6, 5, 4), (2, 6, 5, 4)], 0)
    yield join("concat_rank2", [(3, 6), (3, 7)], 1)
    yield join("concat_rank3_last", [(2, 6, 3), (2, 6, 4)], 2)
    yield join("concat_to_s8", [(1, 6, 5, 4), (1, 2, 5, 4)], 1, dtype="int8")
    g = Graph("concat_itself", "Concat")
    x = g.input((1, 6, 5, 4))
    yield g.output(g.quantize(g.op("Concat", [x, x], axis=1))).case()
    g = Graph("concat_one", "Concat")
    x = g.input((1, 6, 5, 4))
    yield g.output(g.quantize(g.op("Concat", [x], axis=1))).case()
    g = Graph("concat_with_constant", "Concat")
    x = g.input((1, 6, 5, 4))
    yield g.output(g.quantize(g.op("Concat", [x, g.constant_value((1, 2, 5, 4))], axis=1))).case()


@case
def cuts():
    g = Graph("split_channels", "Split")
    a, b = g.keep("Split", [g.input((2, 12, 5, 4)), g.constant(np.array([5, 7], np.int64))], 2, axis=1)
    yield g.output(a).output(b).case()
    g = Graph("split_equal_no_sizes", "Split")
    a, b, c = g.keep("Split", [g.input((1, 12, 5, 4))], 3, axis=1)
    yield g.output(a).output(b).output(c).case()
    g = Graph("split_num_outputs_uneven", "Split", opset=18)
    a, b, c = g.keep("Split", [g.input((1, 11, 5, 4))], 3, axis=-3, num_outputs=3)
    yield g.output(a).output(b).output(c).case()
    g = Graph("split_width", "Split", activations="s8")
    a, b = g.keep("Split", [g.input((2, 6, 5, 7)), g.constant(np.array([3, 4], np.int64))], 2, axis=3)
    yield g.output(a).output(b).case()
    g = Graph("split_then_conv", "Split")
    a, b = g.keep("Split", [g.input((1, 12, 6, 6)), g.constant(np.array([4, 8], np.int64))], 2, axis=1)
    yield g.output(g.conv(b, 9, 3)).output(a).case()

    def cut(name, shape, starts, ends, axes=None, steps=None, **graph):
        g = Graph(name, "Slice", **graph)
        parts = [g.input(shape)]
        for values in (starts, ends, axes, steps):
            parts.append(g.constant(np.array(values, np.int64)) if values is not None else "")
        while parts[-1] == "":
            parts.pop()
        g.values[""] = None
        return g.output(g.keep("Slice", parts)).case()

    yield cut("slice_channels", (2, 12, 5, 4), [3], [9], [1])
    yield cut("slice_all_axes", (3, 12, 9, 8), [1, 0, 2, 1], [3, 12, 8, 7])
    yield cut("slice_stride2", (1, 6, 9, 8), [0, 1], [2**31, 2**31], [2, 3], [2, 2])
    yield cut("slice_backwards", (1, 6, 9, 8), [-1], [-100], [3], [-1])
    yield cut("slice_negative", (1, 6, 9, 8), [-5], [-1], [-2], [1])
    yield cut("slice_rank2", (4, 20), [2], [19], [1], [3])
    yield cut("slice_backwards_channels", (1, 7, 3, 3), [5], [0], [1], [-2])
    # YOLO's focus: four strided slices joined.
    g = Graph("slice_focus", "Slice")
    x = g.input((1, 3, 8, 10))
    parts = []
    for top, left in ((0, 0), (1, 0), (0, 1), (1, 1)):
        arrays = [np.array(v, np.int64) for v in ([top, left], [2**31 - 1] * 2, [2, 3], [2, 2])]
        parts.append(g.keep("Slice", [x, *(g.constant(a) for a in arrays)]))
    yield g.output(g.conv(g.quantize(g.op("Concat", parts, axis=1), like=x), 8, 3)).case()


@case
def moves():
    def move(name, kind, shape, *constants, graph={}, **attributes):
        g = Graph(name, kind, **graph)
        x = g.input(shape)
        return g.output(
            g.keep(kind, [x, *(g.constant(np.array(c, np.int64)) for c in constants)], **attributes)
        ).case()

    yield move("flatten_image", "Flatten", (2, 6, 5, 4), axis=1)
    yield move("flatten_axis2", "Flatten", (2, 6, 5, 4), axis=2)
    yield move("flatten_axis0", "Flatten", (2, 6, 5, 4), axis=0)
    yield move("flatten_negative", "Flatten", (2, 6, 5, 4), axis=-1)
    yield move("reshape_flatten", "Reshape", (2, 6, 5, 4), [0, -1])
    yield move("reshape_image", "Reshape", (1, 12, 5, 4), [1, 6, 10, 4])
    yield move("reshape_rank3", "Reshape", (2, 6, 5, 4), [0, 0, -1])
    yield move("reshape_rank5", "Reshape", (2, 6, 5, 4), [2, 2, 3, 5, 4])
    yield move("reshape_rank1", "Reshape", (2, 6, 5, 4), [-1])
    yield move("transpose_nhwc", "Transpose", (2, 6, 5, 4), perm=[0, 2, 3, 1])
    yield move("transpose_nchw", "Transpose", (2, 5, 4, 6), perm=[0, 3, 1, 2])
    yield move("transpose_default", "Transpose", (2, 3, 4, 5))
    yield move("transpose_rank2", "Transpose", (7, 9), perm=[1, 0])
    yield move("transpose_rank5", "Transpose", (2, 3, 4, 2, 5), perm=[4, 0, 3, 1, 2])
    yield move("transpose_s8", "Transpose", (1, 3, 4, 5), perm=[0, 1, 3, 2], graph={"activations": "s8"})
    yield move("squeeze_13", "Squeeze", (2, 6, 1, 1), [2, 3])
    yield move("squeeze_negative", "Squeeze", (2, 6, 5, 1), [-1])
    yield move("unsqueeze_13", "Unsqueeze", (2, 6), [2, 3])
    yield move("unsqueeze_front", "Unsqueeze", (6, 5, 4), [0])
    for groups, shape in ((2, (1, 12, 5, 4)), (3, (2, 66, 3, 5)), (4, (1, 116, 4, 4))):
        g = Graph(f"channel_shuffle_{groups}", "Channel shuffle")
        x = g.input(shape)
        n, c, h, w = shape
        y = g.keep("Reshape", [x, g.constant(np.array([n, groups, c // groups, h, w], np.int64))])
        y = g.keep("Transpose", [y], perm=[0, 2, 1, 3, 4])
        yield g.output(g.keep("Reshape", [y, g.constant(np.array([n, c, h, w], np.int64))])).case()
    g = Graph("channel_shuffle_without_quantize", "Channel shuffle")
    x = g.input((1, 12, 5, 4))
    y = g.op("Reshape", [x, g.constant(np.array([1, 2, 6, 5, 4], np.int64))])
    y = g.op("Reshape", [g.op("Transpose", [y], perm=[0, 2, 1, 3, 4]), g.constant(np.array([1, 12, 5, 4], np.int64))])
    yield g.output(g.conv(g.quantize(y, like=x), 8, 3)).case()
    g = Graph("reshape_to_other_parameters", "Reshape")
    x = g.input((1, 6, 5, 4))
    y = g.op("Reshape", [x, g.constant(np.array([1, -1], np.int64))])
    yield g.output(g.quantize(y, zero=60, spread=0.7)).case()


@case
def pads():
    def padded(name, shape, amounts, mode="constant", value=None, *, axes=None, graph={}):
        g = Graph(name, "Pad", **graph)
        parts = [g.input(shape), g.constant(np.array(amounts, np.int64))]
        if value is not None or axes:
            parts.append(g.constant(np.float32(value or 0)))
        if axes:
            parts.append(g.constant(np.array(axes, np.int64)))
        return g.output(g.keep("Pad", parts, mode=mode)).case()

    image = (1, 6, 5, 4)
    yield padded("pad_zero", image, [0, 0, 1, 2, 0, 0, 3, 0])
    yield padded("pad_value", image, [0, 0, 1, 1, 0, 0, 1, 1], value=0.777)
    yield padded("pad_value_saturating", image, [0, 0, 1, 1, 0, 0, 1, 1], value=-1000.0)
    yield padded("pad_channels", image, [0, 2, 0, 0, 0, 5, 0, 0])
    yield padded("pad_every_axis_s8", (2, 3, 4, 5), [1, 1, 1, 1, 0, 2, 1, 0], graph={"activations": "s8"})
    yield padded("pad_edge", image, [0, 0, 2, 1, 0, 0, 1, 3], mode="edge")
    yield padded("pad_reflect", image, [0, 0, 2, 1, 0, 0, 1, 3], mode="reflect")
    yield padded("pad_reflect_s8_batch", (2, 3, 6, 7), [0, 0, 5, 0, 0, 0, 0, 6], "reflect", graph={"activations": "s8"})
    yield padded("pad_axes_input", image, [1, 2, 3, 0], axes=[2, 3], graph={"opset": 18})
    yield padded("pad_rank2", (3, 10), [0, 2, 0, 3])
    g = Graph("pad_then_conv", "Pad")
    x = g.keep("Pad", [g.input((1, 3, 9, 9)), g.constant(np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int64))])
    yield g.output(g.conv(x, 8, 3, strides=[2, 2])).case()


@case
def resizes():
    def scaled(name, shape, *, scales=None, sizes=None, mode, coordinate, nearest=None, graph={}, expect={}):
        g = Graph(name, f"Resize {mode}", **graph)
        x = g.input(shape)
        g.values[""] = None
        parts = [x, "", g.constant(np.array(scales, np.float32))] if scales else [x, "", ""]
        if sizes:
            parts.append(g.constant(np.array(sizes, np.int64)))
        extra = {"nearest_mode": nearest} if nearest else {}
        attributes = {"mode": mode, "coordinate_transformation_mode": coordinate, **extra}
        if mode == "nearest":
            return g.output(g.keep("Resize", parts, **attributes)).case(**expect)
        return g.output(g.quantize(g.op("Resize", parts, **attributes), like=x)).case(**expect)

    image = (1, 6, 5, 7)
    yield scaled("nearest_2x_asymmetric_floor", image, scales=[1, 1, 2, 2], mode="nearest", coordinate="asymmetric",
                 nearest="floor")  # fmt: skip
    for rule in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        for coordinate in ("half_pixel", "asymmetric", "align_corners"):
            yield scaled(
                f"nearest_{rule}_{coordinate}", image, scales=[1, 1, 1.6, 0.7], mode="nearest",
                coordinate=coordinate, nearest=rule,
            )  # fmt: skip
    yield scaled("nearest_sizes", (2, 6, 5, 7), sizes=[2, 6, 9, 3], mode="nearest", coordinate="half_pixel")
    yield scaled("nearest_one_pixel", (1, 6, 1, 1), sizes=[1, 6, 7, 5], mode="nearest", coordinate="asymmetric",
                 nearest="floor")  # fmt: skip
    for coordinate in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
        yield scaled(f"linear_2x_{coordinate}", image, scales=[1, 1, 2, 2], mode="linear", coordinate=coordinate)
        yield scaled(
            f"linear_odd_{coordinate}", (2, 3, 7, 5), sizes=[2, 3, 11, 4], mode="linear", coordinate=coordinate
        )
    yield scaled("linear_s8", image, scales=[1, 1, 3, 2], mode="linear", coordinate="half_pixel",
                 graph={"activations": "s8"})  # fmt: skip
    yield scaled("linear_one_pixel", (1, 6, 1, 1), sizes=[1, 6, 4, 3], mode="linear", coordinate="half_pixel")
    yield scaled("linear_opset13", image, scales=[1, 1, 2, 2], mode="linear", coordinate="half_pixel",
                 graph={"opset": 13})  # fmt: skip
    g = Graph("linear_to_other_parameters", "Resize linear")
    x = g.input(image)
    g.values[""] = None
    y = g.op("Resize", [x, "", g.constant(np.array([1, 1, 2, 3], np.float32))], mode="linear",
             coordinate_transformation_mode="half_pixel")  # fmt: skip
    yield g.output(g.quantize(y, zero=90, spread=0.6)).case()
