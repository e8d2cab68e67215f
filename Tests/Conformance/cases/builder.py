"""Makes small QDQ graphs with `onnx.helper`, choosing scales from what the graph computes."""

from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from reference import Pending, Quantized, evaluate
from reference.arithmetic import RANGES


@dataclass
class Case:
    """A graph, what it is fed with, and what is expected of it."""

    name: str
    operator: str
    model: onnx.ModelProto
    samples: list  # of dictionaries from input names to arrays
    ort_note: str = ""  # why ONNX Runtime's optimised graph may be further than a step away; unoptimised it may not
    ort_refuses: str = ""  # part of ONNX Runtime's message where it cannot run the file
    ort_steps: int = 1
    fused_steps: int = 1
    refused: str = ""  # part of the message expected when the file is to be refused
    tags: set = field(default_factory=set)


class Graph:
    """A QDQ graph under construction; handles are names of quantized tensors."""

    def __init__(self, name, operator, *, opset=17, activations="u8", zero=None, constants="initializer", calm=False):
        self.name, self.operator, self.opset = name, operator, opset
        self.dtype = np.dtype(np.int8 if activations == "s8" else np.uint8)
        # Zero points are given for u8 and mean the same reals for s8.
        self.zero = zero
        self.constants = constants
        # Calm graphs never saturate; in others clamps show.
        self.calm, self.spread = calm, 1.3 if calm else 0.9
        self.random = np.random.default_rng(list(name.encode()))
        self.nodes, self.initializers = [], []
        self.inputs, self.outputs = [], []
        self.values, self.known = {}, set()
        self.samples = []
        self.shapes_of_inputs = {}
        self.options = {}
        self.count = 0

    # names and constants

    def fresh(self, stem):
        self.count += 1
        return f"{stem}_{self.count}"

    def constant(self, array, stem="c"):
        """A constant tensor, as an initializer or a Constant node as the graph says."""
        name = self.fresh(stem)
        tensor = numpy_helper.from_array(np.array(array, order="C"), name)
        if self.constants == "node":
            self.nodes.append(helper.make_node("Constant", [], [name], name=name + "_node", value=tensor))
        else:
            self.initializers.append(tensor)
        self.values[name] = np.asarray(array)
        self.known.add(name)
        return name

    def op(self, kind, inputs, outputs=1, stem=None, **attributes):
        """Adds a node over names; returns its output's name, or a list of several."""
        names = [self.fresh(stem or kind.lower()) for _ in range(outputs)]
        node = helper.make_node(kind, inputs, names, name=self.fresh("n"), **attributes)
        self.nodes.append(node)
        evaluate(node, self.values, self.known, self.opset)
        return names[0] if outputs == 1 else names

    # quantization

    def dequantize(self, name, scale, zero, **attributes):
        return self.op("DequantizeLinear", [name, scale] + ([zero] if zero else []), stem="dq", **attributes)

    def quantize(self, name, *, like=None, dtype=None, zero=None, scale=None, spread=None):
        """QuantizeLinear then DequantizeLinear; `like` takes another value's parameters."""
        dtype = np.dtype(dtype or self.dtype)
        lowest, highest = RANGES[dtype]
        if like is not None:
            source = self.values[like]
            scale, stored_zero, dtype = source.scale, source.zero, np.dtype(source.dtype)
        else:
            spread = self.spread if spread is None else spread
            reals = self.values[name].reals()
            low, high = min(float(reals.min()) * spread, 0.0), max(float(reals.max()) * spread, 0.0)
            zero = self.zero if zero is None else zero
            if zero is None:
                step = max(high - low, 1e-6) / 255
                stored_zero = int(np.clip(round(-low / step), 0, 255))
            else:
                # The side with more room decides; the other may saturate.
                step = max(high / (255 - zero) if zero < 128 else -low / zero, 1e-6)
                if zero == 128:
                    step = max(step, high / 127)
                stored_zero = zero
            stored_zero += lowest
            scale = np.float32(step if scale is None else scale)
        s = self.constant(np.asarray(scale, np.float32), "scale")
        z = self.constant(np.asarray(stored_zero, dtype), "zero")
        q = self.op("QuantizeLinear", [name, s, z], stem="q")
        return self.dequantize(q, s, z)

    def input(self, shape, *, scale=None, zero=None, samples=2, symbolic=False, raw=False, name=None):
        """A float graph input and its quantization, or with `raw` one of stored integers."""
        scale = np.float32(0.02 + 0.01 * self.random.random() if scale is None else scale)
        zero = zero if zero is not None else (128 if self.zero is None else self.zero)
        lowest, highest = RANGES[self.dtype]
        stored_zero = zero + lowest
        name = name or self.fresh("x")
        for index in range(1 if self.calm else samples):
            if len(self.samples) <= index:
                self.samples.append({})
            stored = self.random.integers(0, 256, shape)
            if index % 2:  # extremes and values near the zero point
                choice = np.array([0, 255, zero, min(zero + 1, 255), max(zero - 1, 0), 255 - zero])
                stored = self.random.choice(choice, shape)
            stored = stored + lowest
            reals = ((stored - stored_zero).astype(np.float32) * scale).astype(np.float32)
            self.samples[index][name] = stored.astype(self.dtype) if raw else reals
        dimensions = ["N" if symbolic and i == 0 else e for i, e in enumerate(shape)]
        element = helper.np_dtype_to_tensor_dtype(self.dtype) if raw else TensorProto.FLOAT
        self.inputs.append(helper.make_tensor_value_info(name, element, dimensions))
        self.symbolic = symbolic
        self.values[name] = self.samples[0][name]
        s = self.constant(np.asarray(scale, np.float32), "scale")
        z = self.constant(np.asarray(stored_zero, self.dtype), "zero")
        q = name if raw else self.op("QuantizeLinear", [name, s, z], stem="q")
        return self.dequantize(q, s, z)

    def output(self, name, *, raw=False):
        """Makes a dequantized value a graph output, or with `raw` the integers it was made from."""
        value = self.values[name]
        if raw:
            node = next(n for n in self.nodes if name in n.output)
            name = node.input[0]
            element = helper.np_dtype_to_tensor_dtype(np.dtype(value.dtype))
        else:
            element = TensorProto.FLOAT
        shape = list(value.shape)
        if getattr(self, "symbolic", False) and shape:
            shape[0] = None
        self.outputs.append(helper.make_tensor_value_info(name, element, shape))
        return self

    # layers

    def weights(self, shape, *, axis=0, per_channel=True, dtype="s8", zero=0, limit=127, spread=None):
        """Random quantized weights behind a DequantizeLinear."""
        lowest, highest = max(-128, -limit - 1), min(127, limit)
        centred = self.random.integers(lowest, highest + 1, shape)
        kind = np.dtype(np.uint8 if dtype == "u8" else np.int8)
        stored = (centred + zero).astype(kind)
        assert ((stored.astype(int) - zero) == centred).all(), "weights do not fit their type"
        count = shape[axis]
        name = self.constant(stored, "w")
        if per_channel:
            scales = (0.002 + 0.006 * self.random.random(count)).astype(np.float32)
            z = np.full(count, zero, kind)
            return self.dequantize(name, self.constant(scales, "scale"), self.constant(z, "zero"), axis=axis)
        scale = np.float32(0.002 + 0.006 * self.random.random())
        return self.dequantize(
            name, self.constant(np.asarray(scale), "scale"), self.constant(np.asarray(zero, kind), "zero")
        )

    def bias(self, count, x, w, *, size=3000, tile=1):
        """A bias of 32-bit integers in units of inputScale · weightScale."""
        steps = self.random.integers(-size, size + 1, count).astype(np.int32)
        scales = np.asarray(self.values[w].scale, np.float32)
        scales = np.tile(scales, tile) if scales.size > 1 else scales
        unit = np.asarray(np.float32(self.values[x].scale) * scales, np.float32)
        name = self.constant(steps, "b")
        zero = self.constant(np.zeros(unit.shape, np.int32), "zero")
        axis = {"axis": 0} if unit.shape else {}
        return self.dequantize(name, self.constant(unit, "scale"), zero, **axis)

    def conv(self, x, outputs, kernel, *, group=1, bias=True, activation=None, weight={}, q={}, **attributes):
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        channels = self.values[x].shape[1]
        w = self.weights((outputs, channels // group, *kernel), **weight)
        b = [self.bias(outputs, x, w)] if bias else []
        y = self.op("Conv", [x, w, *b], kernel_shape=list(kernel), group=group, **attributes)
        return self.quantize(self.activate(y, activation), **q)

    def activate(self, y, activation):
        """Relu, or Clip between two numbers."""
        if activation == "relu":
            return self.op("Relu", [y])
        if activation is not None:
            low, high = (self.constant(np.asarray(v, np.float32)) if v is not None else "" for v in activation)
            return self.op("Clip", [y, low, high] if high else [y, low])
        return y

    def gemm(self, x, outputs, *, bias=True, activation=None, weight={}, q={}):
        w = self.weights((outputs, self.values[x].shape[1]), **weight)
        b = [self.bias(outputs, x, w)] if bias else []
        return self.quantize(self.activate(self.op("Gemm", [x, w, *b], transB=1), activation), **q)

    def constant_value(self, shape, *, scale=0.02, zero=100, low=0, high=256):
        """A quantized constant behind a DequantizeLinear."""
        lowest, _ = RANGES[self.dtype]
        stored = (self.random.integers(low, high, shape) + lowest).astype(self.dtype)
        s = self.constant(np.asarray(scale, np.float32), "scale")
        z = self.constant(np.asarray(zero + lowest, self.dtype), "zero")
        return self.dequantize(self.constant(stored, "k"), s, z)

    def keep(self, kind, inputs, outputs=1, **attributes):
        """An operator that moves elements, quantized to its first input's parameters."""
        y = self.op(kind, inputs, outputs, **attributes)
        if outputs == 1:
            return self.quantize(y, like=inputs[0])
        return [self.quantize(part, like=inputs[0]) for part in y]

    def case(self, **expectations):
        """Finishes the graph."""
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.initializers)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", self.opset)],
            ir_version=8 if self.opset < 19 else 10,
            producer_name="edgeprof-conformance",
        )
        onnx.checker.check_model(model, full_check=False)
        return Case(self.name, self.operator, model, self.samples, **expectations)
