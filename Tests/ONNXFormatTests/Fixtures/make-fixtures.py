#!/usr/bin/env python3
"""Makes the fixtures of ONNXFormatTests with the onnx package (1.23; any recent one will do).

typed.onnx      every element type, as typed data and as raw data, and attributes of every kind
small.onnx      a convolution, its weights raw and its bias typed; symbolic batch: for truncation and bit flips
external.onnx   one tensor whole in external.bin, one at an offset
"""

import os

import numpy as np
import onnx
from onnx import TensorProto, helper

FOLDER = os.path.dirname(os.path.abspath(__file__))


def save(model, name):
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(FOLDER, name))


def typed():
    values = [0, 1, 2, 3, 100, 127]
    signed = [-128, -1, 0, 1, 100, 127]
    initializers = []
    for kind, numbers in [
        ("FLOAT", [0.5, -1.5, 3e38, 1e-45, 0.0, -0.0]), ("UINT8", values[:5] + [255]), ("INT8", signed),
        ("UINT16", values[:5] + [65535]), ("INT16", signed[1:] + [-32768]), ("INT32", signed[1:] + [-2**31]),
        ("INT64", signed[1:] + [-2**63]), ("BOOL", [True, False] * 3), ("FLOAT16", [0.5, -2.0, 65504.0, 6e-8, 0.0, 1.0]),
        ("DOUBLE", [0.5, -1e300, 1e-300, 3.0, 4.0, 5.0]), ("UINT32", values[:5] + [2**32 - 1]),
        ("UINT64", values[:5] + [2**63 - 1]), ("BFLOAT16", [0.5, -2.0, 3e38, 1.0, 0.0, 1.0]),
    ]:
        type_ = getattr(TensorProto, kind)
        initializers.append(helper.make_tensor("typed_" + kind, type_, [2, 3], numbers))
        array = onnx.numpy_helper.to_array(initializers[-1])
        initializers.append(helper.make_tensor("raw_" + kind, type_, [2, 3], array.tobytes(), raw=True))
    initializers.append(helper.make_tensor("scalar", TensorProto.FLOAT, [], [2.5]))
    initializers.append(helper.make_tensor("empty", TensorProto.FLOAT, [0, 3], []))
    attributes = dict(
        an_int=-7, a_float=0.25, a_string="grüße", ints=[1, -2, 3], floats=[1.0, -0.5], strings=["a", "b"],
        a_tensor=helper.make_tensor("inner", TensorProto.INT64, [3], [1, 2, 3]),
    )
    node = helper.make_node("Anything", ["x", "", "scalar"], ["y"], name="n", domain="test", **attributes)
    node.attribute.append(helper.make_attribute("a_graph", helper.make_graph([], "inner", [], [])))
    graph = helper.make_graph(
        [node], "typed", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, None])],
        [helper.make_tensor_value_info("y", TensorProto.UINT8, [1, 3])], initializers,
        value_info=[helper.make_tensor_value_info("z", TensorProto.INT8, [])],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("test", 1)]
    save(helper.make_model(graph, producer_name="fixtures", producer_version="1", opset_imports=opsets, ir_version=8),
         "typed.onnx")


def conv(data):
    weights, bias = data
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w", "b"], ["y"], name="conv", pads=[1, 1, 1, 1])], "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2, 4, 4])], [weights, bias],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def small():
    weights = np.arange(18, dtype=np.float32).reshape(2, 1, 3, 3)
    save(conv((onnx.numpy_helper.from_array(weights, "w"), helper.make_tensor("b", TensorProto.FLOAT, [2], [0.5, -1]))),
         "small.onnx")


def external():
    weights = np.arange(18, dtype=np.float32)
    bias = np.array([0.5, -1], dtype=np.float32)
    with open(os.path.join(FOLDER, "external.bin"), "wb") as file:
        file.write(weights.tobytes() + b"gap!" + bias.tobytes())
    tensors = []
    for name, shape, entries in [("w", [2, 1, 3, 3], {}), ("b", [2], {"offset": 76, "length": 8})]:
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        for key, value in {"location": "external.bin", **entries}.items():
            tensor.external_data.add(key=key, value=str(value))
        tensors.append(tensor)
    # The checker wants external files in its own folder: it is given the path.
    path = os.path.join(FOLDER, "external.onnx")
    with open(path, "wb") as file:
        file.write(conv(tensors).SerializeToString())
    onnx.checker.check_model(path)


typed()
small()
external()
