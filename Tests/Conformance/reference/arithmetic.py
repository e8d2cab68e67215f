"""The integer arithmetic of docs/kernels.md in numpy: what every operator of a QDQ graph ends in.

    real   = float32(sum) * multiplier            one float32 multiplication
    real   = real + addend                        where there is one, a separate float32 addition
    real   = min(max(real, lowest - zero), highest - zero)
    stored = round_half_to_even(real) + zero

Multipliers and addends are computed in float64 and rounded to float32 once. Nothing here knows the Swift code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

import numpy as np

RANGES = {np.dtype(np.uint8): (0, 255), np.dtype(np.int8): (-128, 127)}


def multiplier(*factors, over=1.0):
    """The float32 nearest to the product of the factors divided by `over`, both in float64."""
    product = np.float64(1)
    for factor in factors:
        product = product * np.asarray(factor, np.float64)
    return (product / np.asarray(over, np.float64)).astype(np.float32)


def as_float(integers):
    """Exact sums as float32, rounded to nearest even; sums beyond 32 bits would wrap in the engine."""
    integers = np.asarray(integers)
    assert np.abs(integers).max(initial=0) < 2**31, "a sum leaves 32 bits: the case is badly made"
    return integers.astype(np.float32)


@dataclass
class Quantized:
    """What DequantizeLinear gives: integers less their zero point, and the size of a step."""

    centred: np.ndarray  # int64
    scale: np.ndarray  # float32, a scalar or one per element of `axis`
    zero: int = 0
    dtype: np.dtype = np.dtype(np.uint8)
    axis: int | None = None
    constant: bool = False

    @property
    def shape(self):
        return self.centred.shape

    def reals(self):
        return as_float(self.centred) * self.scale_shaped(np.float32)

    def scale_shaped(self, kind):
        """Scales in a shape that broadcasts against the integers."""
        if self.axis is None or np.ndim(self.scale) == 0:
            return np.asarray(self.scale, kind)
        shape = [1] * self.centred.ndim
        shape[self.axis] = -1
        return np.asarray(self.scale, kind).reshape(shape)

    def moved(self, centred):
        """The same reals elsewhere: for operators that only move elements."""
        return Quantized(centred, self.scale, self.zero, self.dtype, None, self.constant)

    def pending(self):
        """These reals on their way to other parameters."""
        return Pending(self.shape, lambda step: as_float(self.centred) * multiplier(self.scale, over=step))


@dataclass
class Pending:
    """An operator's result that a QuantizeLinear has yet to store: its reals in units of a given step."""

    shape: tuple
    over: Callable[[np.float32], np.ndarray]
    clamps: list = field(default_factory=list)  # (lower, upper) in reals

    def clamped(self, lower, upper):
        return Pending(self.shape, self.over, self.clamps + [(lower, upper)])

    def reals(self):
        """Approximate reals, to choose scales by."""
        reals = self.over(np.float32(1)).astype(np.float64)
        for lower, upper in self.clamps:
            reals = np.clip(reals, lower, upper)
        return reals


def nearest_step(real, scale, zero, lowest, highest):
    """The stored integer nearest to a real number, found in float64."""
    exact = np.rint(np.float64(np.float32(real)) / np.float64(scale)) + zero
    return int(min(max(exact, lowest), highest))


def store(value, scale, zero, dtype):
    """QuantizeLinear: a pending or quantized value on given parameters, as stored integers."""
    if isinstance(value, Quantized):
        value = value.pending()
    lowest, highest = RANGES[np.dtype(dtype)]
    low, high = lowest, highest
    for lower, upper in value.clamps:
        low = max(low, nearest_step(lower, scale, zero, lowest, highest)) if lower is not None else low
        high = min(high, nearest_step(upper, scale, zero, lowest, highest)) if upper is not None else high
        low = min(low, high)
    real = value.over(np.float32(scale)).astype(np.float32)
    real = np.minimum(np.maximum(real, np.float32(low - zero)), np.float32(high - zero))
    return (np.rint(real).astype(np.int64) + zero).astype(dtype)
