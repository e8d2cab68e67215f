"""Every operator of a QDQ graph, from quantized values to what the next QuantizeLinear stores."""

import math

import numpy as np

from .arithmetic import Pending, Quantized, as_float, multiplier, nearest_step, RANGES
from . import geometry


class Unsupported(Exception):
    """The reference has no meaning for this node."""


REGISTRY = {}


def operator(*names):
    def add(function):
        for name in names:
            REGISTRY[name] = function
        return function

    return add


def constant(value):
    """An input that is known before anything runs, as an array; None when it is left out."""
    if value is None or isinstance(value, np.ndarray):
        return value
    raise Unsupported("an operand that should be a constant is computed")


def bias_steps(bias, x, weight_scales, count):
    """A bias in units of inputScale · weightScale."""
    if bias is None:
        return np.zeros(count, np.int64)
    unit = np.float64(x.scale) * np.broadcast_to(np.asarray(weight_scales, np.float64), (count,))
    if isinstance(bias, Quantized):
        return np.rint(bias.centred * np.asarray(bias.scale, np.float64) / unit).astype(np.int64)
    return np.rint(bias.astype(np.float64) / unit).astype(np.int64)


@operator("Conv")
def conv(x, weights, bias=None, *, attributes, **_):
    groups = attributes.get("group", 1)
    kernel = weights.shape[2:]
    strides, dilations, pads = geometry.window(attributes, x.shape[2:], kernel)
    taps = geometry.patches(x.centred, kernel, strides, dilations, pads, 0)
    n, c, rows, columns = taps.shape[:4]
    outputs = weights.shape[0]
    taps = taps.reshape(n, groups, c // groups, rows, columns, *kernel)
    filters = weights.centred.reshape(groups, outputs // groups, c // groups, *kernel)
    sums = np.einsum("ngcyxij,gocij->ngoyx", taps, filters, optimize=True).reshape(n, outputs, rows, columns)
    sums = sums + bias_steps(bias, x, weights.scale, outputs)[:, None, None]
    return scaled_sums(sums, x, weights, 1)


@operator("ConvTranspose")
def conv_transpose(x, weights, bias=None, *, attributes, **_):
    groups = attributes.get("group", 1)
    kernel = weights.shape[2:]
    strides = attributes.get("strides", [1, 1])
    dilations = attributes.get("dilations", [1, 1])
    extra = attributes.get("output_padding", [0, 0])
    n, c, height, width = x.shape
    full = [strides[i] * (x.shape[2 + i] - 1) + extra[i] + dilations[i] * (kernel[i] - 1) + 1 for i in (0, 1)]
    auto = attributes.get("auto_pad", b"NOTSET").decode()
    flat = attributes.get("pads", [0, 0, 0, 0])
    pads = [(flat[0], flat[2]), (flat[1], flat[3])]
    shape = attributes.get("output_shape")
    if auto.startswith("SAME") and shape is None:
        shape = [x.shape[2 + i] * strides[i] for i in (0, 1)]
    if shape is not None:
        pads = []
        for i in (0, 1):
            total = full[i] - shape[i]
            small, large = total // 2, total - total // 2
            pads.append((small, large) if auto == "SAME_UPPER" else (large, small))
    per_group = weights.shape[1]
    outputs = per_group * groups
    filters = weights.centred.reshape(groups, c // groups, per_group, *kernel)
    values = x.centred.reshape(n, groups, c // groups, height, width)
    # Rows a window reaches behind the last one that output padding keeps are cut below.
    sums = np.zeros((n, outputs, *full), np.int64)
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            part = np.einsum("ngcyx,gco->ngoyx", values, filters[..., i, j]).reshape(n, outputs, height, width)
            top, left = i * dilations[0], j * dilations[1]
            sums[
                :,
                :,
                top : top + (height - 1) * strides[0] + 1 : strides[0],
                left : left + (width - 1) * strides[1] + 1 : strides[1],
            ] += part
    sums = sums[:, :, pads[0][0] : full[0] - pads[0][1], pads[1][0] : full[1] - pads[1][1]]
    scales = np.asarray(weights.scale)
    if scales.size > 1:
        scales = np.tile(scales.reshape(-1), groups)
    sums = sums + bias_steps(bias, x, scales, outputs)[:, None, None]
    return scaled_sums(sums, x, Quantized(weights.centred, scales), 1)


@operator("Gemm")
def gemm(x, weights, bias=None, *, attributes, **_):
    matrix = weights.centred.T if attributes.get("transB", 0) else weights.centred
    outputs = matrix.shape[1]
    sums = x.centred.reshape(-1, matrix.shape[0]) @ matrix
    if bias is not None:
        sums = sums + bias_steps(bias, x, weights.scale, outputs)
    return scaled_sums(sums, x, weights, 1)


@operator("MatMul")
def matmul(x, weights, **_):
    sums = x.centred @ weights.centred
    return scaled_sums(sums, x, weights, sums.ndim - 1)


def scaled_sums(sums, x, weights, axis):
    """Products of integers times inputScale · weightScale, weights' scales along the output's `axis`."""
    scales = np.asarray(weights.scale, np.float64).reshape(-1)
    shape = [1] * sums.ndim
    shape[axis] = -1
    return Pending(
        sums.shape, lambda step: as_float(sums) * multiplier(x.scale, scales, over=step).reshape(shape)
    )


def per_channel(value, other):
    """A constant operand as one float32 per channel of the other operand, None where it has another shape."""
    if isinstance(value, Quantized) and not value.constant:
        return None
    reals = value.reals() if isinstance(value, Quantized) else value.astype(np.float32)
    if reals.size == 1:
        return np.full(other.shape[1] if len(other.shape) > 1 else 1, reals.reshape(-1)[0], np.float32)
    shape = (1,) * (len(other.shape) - reals.ndim) + reals.shape
    if len(shape) != len(other.shape) or any(e != 1 for i, e in enumerate(shape) if i != 1):
        return None
    return reals.reshape(-1) if shape[1] == other.shape[1] else None


def affine(x, multipliers, offsets):
    """y = multiplier · x + offset per channel."""
    shape = [1] * len(x.shape)
    if len(shape) > 1:
        shape[1] = -1

    def over(step):
        product = as_float(x.centred) * multiplier(x.scale, multipliers, over=step).reshape(shape)
        return product + multiplier(offsets, over=step).reshape(shape)

    return Pending(x.shape, over)


@operator("Add", "Sub", "Mul")
def binary(a, b, *, kind, **_):
    for x, other, swapped in ((a, b, False), (b, a, True)):
        if not isinstance(x, Quantized) or x.constant:
            continue
        vector = per_channel(other, x)
        if vector is None:
            continue
        ones = np.ones(len(vector), np.float32)
        if kind == "Mul":
            return affine(x, vector, ones * 0)
        if kind == "Add":
            return affine(x, ones, vector)
        return affine(x, -ones, vector) if swapped else affine(x, ones, -vector)
    if not (isinstance(a, Quantized) and isinstance(b, Quantized)):
        raise Unsupported("a float constant that is no scalar and not one per channel")
    if kind == "Mul":
        products = a.centred * b.centred
        return Pending(products.shape, lambda step: as_float(products) * multiplier(a.scale, b.scale, over=step))
    shape = np.broadcast_shapes(a.shape, b.shape)

    def over(step):
        left = as_float(a.centred) * multiplier(a.scale, over=step)
        right = as_float(b.centred) * multiplier(b.scale, over=step)
        return left + right if kind == "Add" else left - right

    return Pending(shape, over)


@operator("BatchNormalization")
def batch_normalization(x, scale, shift, mean, variance, *, attributes, **_):
    epsilon = np.float64(np.float32(attributes.get("epsilon", 1e-5)))
    scale, shift, mean, variance = (np.asarray(v, np.float64) for v in (scale, shift, mean, variance))
    multipliers = scale / np.sqrt(variance + epsilon)
    offsets = shift - mean * multipliers
    return affine(x, multipliers.astype(np.float32), offsets.astype(np.float32))


def pending(x):
    return x.pending() if isinstance(x, Quantized) else x


@operator("Relu")
def relu(x, **_):
    return pending(x).clamped(0.0, None)


@operator("Clip")
def clip(x, low=None, high=None, *, attributes, **_):
    low = attributes.get("min") if low is None else constant_number(low)
    high = attributes.get("max") if high is None else constant_number(high)
    return pending(x).clamped(low, high)


def constant_number(value):
    return float((value.reals() if isinstance(value, Quantized) else constant(value)).reshape(-1)[0])


FUNCTIONS = {
    "LeakyRelu": lambda x, a: x if x >= 0 else np.float64(np.float32(a.get("alpha", 0.01))) * x,
    "Sigmoid": lambda x, a: 1 / (1 + math.exp(-x)) if x > -700 else 0.0,
    "HardSigmoid": lambda x, a: max(
        0.0, min(1.0, float(np.float32(a.get("alpha", 0.2))) * x + float(np.float32(a.get("beta", 0.5))))
    ),
    "HardSwish": lambda x, a: x * max(0.0, min(1.0, x / 6 + 0.5)),
    "Tanh": lambda x, a: math.tanh(x),
}


@operator(*FUNCTIONS)
def function(x, *, kind, attributes, **_):
    """A table over the 256 possible inputs, computed in float64 from the float32 real."""
    distinct, places = np.unique(x.centred, return_inverse=True)
    reals = as_float(distinct) * np.float32(x.scale)
    results = np.array([FUNCTIONS[kind](float(real), attributes) for real in reals], np.float64)
    return Pending(
        x.shape, lambda step: (results / np.float64(step)).astype(np.float32)[places].reshape(x.shape)
    )


@operator("Softmax")
def softmax(x, *, attributes, opset, **_):
    axis = attributes.get("axis", -1 if opset >= 13 else 1) % len(x.shape)
    if opset < 13 and axis != len(x.shape) - 1:
        raise Unsupported("Softmax before opset 13 flattens")
    q = np.moveaxis(x.centred, axis, 0)
    scale = np.float64(x.scale)
    table = np.array([math.exp(scale * -difference) for difference in range(256)]).astype(np.float32)
    exponentials = table[q.max(0) - q]
    total = np.zeros(q.shape[1:], np.float32)
    for row in exponentials:
        total = total + row
    quotient = np.moveaxis(exponentials / total, 0, axis)
    return Pending(x.shape, lambda step: quotient * multiplier(over=step))


@operator("MaxPool")
def max_pool(x, *, attributes, **_):
    kernel = attributes["kernel_shape"]
    strides, dilations, pads = geometry.window(attributes, x.shape[2:], kernel)
    taps = geometry.patches(
        x.centred, kernel, strides, dilations, pads, -(2**40), bool(attributes.get("ceil_mode", 0))
    )
    return x.moved(taps.max((-2, -1)))


@operator("AveragePool")
def average_pool(x, *, attributes, **_):
    kernel = attributes["kernel_shape"]
    strides, dilations, pads = geometry.window(attributes, x.shape[2:], kernel)
    ceil_mode = bool(attributes.get("ceil_mode", 0))
    sums = geometry.patches(x.centred, kernel, strides, dilations, pads, 0, ceil_mode).sum((-2, -1))
    inside = np.ones(x.shape[2:], np.int64)
    if attributes.get("count_include_pad", 0):
        # What lies in the padding counts; what rounding up adds behind it does not.
        inside = np.pad(inside, pads, constant_values=1)
        pads = [(0, 0), (0, 0)]
    counts = geometry.patches(inside, kernel, strides, dilations, pads, 0, ceil_mode)
    counts = counts[: sums.shape[2], : sums.shape[3]].sum((-2, -1))
    return means(sums, x, counts)


@operator("GlobalAveragePool", "ReduceMean")
def mean(x, axes=None, *, kind, attributes, **_):
    axes = (2, 3) if kind == "GlobalAveragePool" else attributes.get("axes") if axes is None else axes.tolist()
    axes = tuple(axis % len(x.shape) for axis in axes)
    keep = True if kind == "GlobalAveragePool" else bool(attributes.get("keepdims", 1))
    count = math.prod(x.shape[axis] for axis in axes)
    return means(x.centred.sum(axes, keepdims=keep), x, count)


def means(sums, x, counts):
    counts = np.asarray(counts, np.float64)
    return Pending(
        sums.shape,
        lambda step: as_float(sums)
        * (np.float64(x.scale) / (np.float64(step) * counts)).astype(np.float32),
    )


@operator("Concat")
def concat(*parts, attributes, **_):
    axis = attributes["axis"]
    shape = np.concatenate([np.empty(p.shape, bool) for p in parts], axis).shape
    return Pending(
        shape,
        lambda step: np.concatenate(
            [as_float(p.centred) * multiplier(p.scale, over=step) for p in parts], axis
        ),
    )


@operator("Split")
def split(x, sizes=None, *, attributes, outputs, **_):
    axis = attributes.get("axis", 0)
    sizes = attributes.get("split") if sizes is None else sizes.tolist()
    if sizes is None:
        part = -(-x.shape[axis] // outputs)
        sizes = [min(part, x.shape[axis] - part * i) for i in range(outputs)]
    return [x.moved(p) for p in np.split(x.centred, np.cumsum(sizes)[:-1], axis)]


@operator("Slice")
def slice_(x, starts=None, ends=None, axes=None, steps=None, *, attributes, **_):
    starts = attributes.get("starts") if starts is None else starts.tolist()
    ends = attributes.get("ends") if ends is None else ends.tolist()
    axes = attributes.get("axes") if axes is None else axes.tolist()
    axes = list(range(len(starts))) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps.tolist()
    index = [slice(None)] * len(x.shape)
    for start, end, axis, step in zip(starts, ends, axes, steps):
        extent = x.shape[axis]
        start = min(max(start + extent if start < 0 else start, 0), extent if step > 0 else extent - 1)
        end = end + extent if end < 0 else end
        end = min(max(end, 0 if step > 0 else -1), extent)
        index[axis] = slice(start, end if end >= 0 else None, step)
    return x.moved(x.centred[tuple(index)])


@operator("Reshape")
def reshape(x, shape, **_):
    target = [x.shape[i] if extent == 0 else int(extent) for i, extent in enumerate(shape)]
    return x.moved(x.centred.reshape(target))


@operator("Flatten")
def flatten(x, *, attributes, **_):
    axis = attributes.get("axis", 1)
    axis = axis + len(x.shape) if axis < 0 else axis
    return x.moved(x.centred.reshape(math.prod(x.shape[:axis]), -1))


@operator("Transpose")
def transpose(x, *, attributes, **_):
    return x.moved(x.centred.transpose(attributes.get("perm", list(range(len(x.shape)))[::-1])))


@operator("Squeeze")
def squeeze(x, axes=None, *, attributes, **_):
    axes = attributes.get("axes") if axes is None else axes.tolist()
    return x.moved(x.centred.squeeze(None if axes is None else tuple(axes)))


@operator("Unsqueeze")
def unsqueeze(x, axes=None, *, attributes, **_):
    axes = attributes.get("axes") if axes is None else axes.tolist()
    return x.moved(np.expand_dims(x.centred, tuple(axes)))


@operator("Identity", "Dropout")
def identity(x, *_, **__):
    return x


@operator("Cast")
def cast(x, **_):
    return x


@operator("Pad")
def pad(x, pads=None, value=None, axes=None, *, attributes, **_):
    pads = attributes.get("pads") if pads is None else pads.tolist()
    count = len(pads) // 2
    axes = list(range(count)) if axes is None else axes.tolist()
    widths = [(0, 0)] * len(x.shape)
    for i, axis in enumerate(axes):
        widths[axis] = (pads[i], pads[i + count])
    mode = attributes.get("mode", b"constant").decode()
    if mode != "constant":
        return x.moved(np.pad(x.centred, widths, mode))
    number = attributes.get("value", 0.0) if value is None else constant_number(value)
    lowest, highest = RANGES[np.dtype(x.dtype)]
    fill = nearest_step(number, x.scale, x.zero, lowest, highest) - x.zero
    return x.moved(np.pad(x.centred, widths, constant_values=fill))


@operator("Resize")
def resize(x, roi=None, scales=None, sizes=None, *, attributes, **_):
    height, width = x.shape[2:]
    if sizes is not None and sizes.size:
        output = [int(e) for e in sizes[2:]]
        scales = [np.float32(output[0]) / np.float32(height), np.float32(output[1]) / np.float32(width)]
    else:
        scales = [np.float32(s) for s in scales[2:]]
        output = [int(np.floor(np.float32(e) * s)) for e, s in zip((height, width), scales)]
    transformation = attributes.get("coordinate_transformation_mode", b"half_pixel").decode()
    mode = attributes.get("mode", b"nearest").decode()
    y = geometry.coordinates(output[0], height, scales[0], transformation)
    z = geometry.coordinates(output[1], width, scales[1], transformation)
    if mode == "nearest":
        rule = attributes.get("nearest_mode", b"round_prefer_floor").decode()
        rows, columns = geometry.nearest(y, rule, height), geometry.nearest(z, rule, width)
        return x.moved(x.centred[:, :, rows[:, None], columns[None, :]])
    return linear(x, y, z)


def linear(x, y, z):
    def neighbours(coordinate, size):
        coordinate = np.clip(coordinate, np.float32(0), np.float32(size - 1))
        low = np.floor(coordinate).astype(np.int64)
        return low, np.minimum(low + 1, size - 1), coordinate - low.astype(np.float32)

    top, bottom, fy = neighbours(y, x.shape[2])
    left, right, fx = neighbours(z, x.shape[3])
    fy, one = fy[:, None], np.float32(1)
    q = as_float(x.centred)
    a, b = q[:, :, top[:, None], left], q[:, :, top[:, None], right]
    c, d = q[:, :, bottom[:, None], left], q[:, :, bottom[:, None], right]
    real = (one - fy) * ((one - fx) * a + fx * b) + fy * ((one - fx) * c + fx * d)
    return Pending(real.shape, lambda step: real * multiplier(x.scale, over=step))
