"""Where windows, slices and resized images take their elements from (ONNX's operator documentation)."""

import numpy as np


def window(attributes, shape, kernel):
    """Strides, dilations and (before, after) pads per spatial axis, auto_pad resolved."""
    axes = len(kernel)
    strides = attributes.get("strides", [1] * axes)
    dilations = attributes.get("dilations", [1] * axes)
    auto = attributes.get("auto_pad", b"NOTSET").decode()
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        pads = []
        for extent, k, stride, dilation in zip(shape, kernel, strides, dilations):
            total = max((-(-extent // stride) - 1) * stride + (k - 1) * dilation + 1 - extent, 0)
            small, large = total // 2, total - total // 2
            pads.append((small, large) if auto == "SAME_UPPER" else (large, small))
    elif auto == "VALID":
        pads = [(0, 0)] * axes
    else:
        flat = attributes.get("pads", [0] * (2 * axes))
        pads = list(zip(flat[:axes], flat[axes:]))
    return strides, dilations, pads


def extent(size, k, stride, dilation, pads, ceil_mode=False):
    """Number of windows along an axis; rounding up drops one that would start behind the input and its leading pad."""
    room = size + pads[0] + pads[1] - ((k - 1) * dilation + 1)
    count = room // stride + 1
    if ceil_mode and room % stride and count * stride < size + pads[0]:
        count += 1
    return count


def patches(x, kernel, strides, dilations, pads, fill, ceil_mode=False):
    """All windows of the last two axes: [..., rows, columns, kernelHeight, kernelWidth]."""
    rows, columns = (
        extent(x.shape[-2 + i], kernel[i], strides[i], dilations[i], pads[i], ceil_mode) for i in (0, 1)
    )
    # Room for windows that rounding up lets hang over.
    margin = [
        max(0, (count - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - x.shape[-2 + i] - sum(pads[i]))
        for i, count in enumerate((rows, columns))
    ]
    widths = [(0, 0)] * (x.ndim - 2) + [(pads[i][0], pads[i][1] + margin[i]) for i in (0, 1)]
    padded = np.pad(x, widths, constant_values=fill)
    r = np.arange(rows)[:, None] * strides[0] + np.arange(kernel[0]) * dilations[0]
    c = np.arange(columns)[:, None] * strides[1] + np.arange(kernel[1]) * dilations[1]
    return padded[..., r[:, None, :, None], c[None, :, None, :]]


def coordinates(output, size, scale, mode):
    """Input coordinate of every output position along an axis, in float32."""
    x = np.arange(output, dtype=np.float32)
    one, half = np.float32(1), np.float32(0.5)
    scale = np.float32(scale)
    if mode == "half_pixel" or (mode == "pytorch_half_pixel" and output > 1):
        return (x + half) / scale - half
    if mode == "align_corners" and output > 1:
        return x * (np.float32(size) - one) / (np.float32(output) - one)
    if mode == "asymmetric":
        return x / scale
    assert mode in ("pytorch_half_pixel", "align_corners"), mode
    return np.zeros(output, np.float32)


def nearest(coordinate, rule, size):
    """The element a coordinate takes."""
    if rule == "floor":
        index = np.floor(coordinate)
    elif rule == "ceil":
        index = np.ceil(coordinate)
    elif rule == "round_prefer_ceil":
        index = np.floor(coordinate + np.float32(0.5))
    else:
        index = np.ceil(coordinate - np.float32(0.5))
    return np.clip(index.astype(np.int64), 0, size - 1)
