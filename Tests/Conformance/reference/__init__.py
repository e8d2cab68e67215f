"""An integer interpreter of QDQ ONNX graphs, written from docs/kernels.md: the referee of the engine's `naive` plan."""

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import numpy_helper

from .arithmetic import Pending, Quantized, store
from .operators import REGISTRY, Unsupported

__all__ = ["Output", "Pending", "Quantized", "Unsupported", "evaluate", "run"]


@dataclass
class Output:
    """A graph output: stored integers and what they mean."""

    stored: np.ndarray
    scale: float
    zero: int

    def steps_of(self, values):
        """Integers of another runtime's answer for this output, reals or stored, as int64."""
        if values.dtype.kind == "f":
            return np.rint(values.astype(np.float64) / self.scale).astype(np.int64) + self.zero
        return values.astype(np.int64)


def attributes_of(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def dequantize(x, scale, zero, axis, is_constant):
    scale = np.asarray(scale, np.float32)
    dtype = x.dtype
    zeros = np.zeros(scale.shape, np.int64) if zero is None else np.asarray(zero).astype(np.int64)
    if scale.size == 1:
        z = int(zeros.reshape(-1)[0])
        return Quantized(x.astype(np.int64) - z, scale.reshape(()), z, dtype, None, is_constant)
    axis = axis % x.ndim
    shape = [1] * x.ndim
    shape[axis] = -1
    return Quantized(x.astype(np.int64) - zeros.reshape(shape), scale, 0, dtype, axis, is_constant)


def evaluate(node, values, constants, opset):
    """Runs one node over `values`, a dictionary from names to arrays, `Quantized` or `Pending`."""
    attributes = attributes_of(node)
    inputs = [values[name] if name else None for name in node.input]
    if node.op_type == "Constant":
        tensor = attributes.get("value", attributes.get("value_float", attributes.get("value_floats")))
        if tensor is None:
            tensor = attributes.get("value_int", attributes.get("value_ints"))
        is_tensor = isinstance(tensor, onnx.TensorProto)
        array = numpy_helper.to_array(tensor) if is_tensor else np.asarray(tensor)
        values[node.output[0]] = array.astype(np.float32) if array.dtype == np.float64 else array
        constants.add(node.output[0])
        return
    if node.op_type == "QuantizeLinear":
        zero = inputs[2] if len(inputs) > 2 else None
        dtype = np.dtype(np.uint8) if zero is None else zero.dtype
        if zero is None and attributes.get("output_dtype") == onnx.TensorProto.INT8:
            dtype = np.dtype(np.int8)
        x = inputs[0]
        scale = np.float32(np.asarray(inputs[1]).reshape(()))
        z = 0 if zero is None else int(np.asarray(zero).reshape(()))
        if isinstance(x, np.ndarray):
            exact = np.rint(x.astype(np.float64) / np.float64(scale)) + z
            values[node.output[0]] = np.clip(exact, np.iinfo(dtype).min, np.iinfo(dtype).max).astype(dtype)
        else:
            values[node.output[0]] = store(x, scale, z, dtype)
        return
    if node.op_type == "DequantizeLinear":
        zero = inputs[2] if len(inputs) > 2 else None
        values[node.output[0]] = dequantize(
            inputs[0], inputs[1], zero, attributes.get("axis", 1), node.input[0] in constants
        )
        return
    if node.op_type not in REGISTRY:
        raise Unsupported(node.op_type)
    result = REGISTRY[node.op_type](
        *inputs, attributes=attributes, kind=node.op_type, opset=opset, outputs=len(node.output)
    )
    for name, value in zip(node.output, result if isinstance(result, list) else [result]):
        if name:
            values[name] = value


def run(model, inputs):
    """Runs a QDQ model.

    `inputs` maps names to arrays (reals, or stored integers where the graph takes those); returns `Output`s in order.
    """
    opset = next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    constants = set(values)
    values.update(inputs)
    for node in model.graph.node:
        evaluate(node, values, constants, opset)
    parameters = {}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear":
            zero = int(np.asarray(values[node.input[2]]).reshape(())) if len(node.input) > 2 else 0
            parameters[node.output[0]] = (float(np.asarray(values[node.input[1]]).reshape(())), zero)
    outputs = []
    for info in model.graph.output:
        value = values[info.name]
        if isinstance(value, Quantized):
            outputs.append(Output(value.centred + value.zero, float(value.scale), value.zero))
        elif isinstance(value, np.ndarray):
            outputs.append(Output(value.astype(np.int64), *parameters.get(info.name, (1.0, 0))))
        else:
            raise Unsupported(f"output {info.name} is not quantized")
    return outputs
