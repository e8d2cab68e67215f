# Makes the small networks here, an input, and what ONNX Runtime answers: python3 generate.py FOLDER
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

folder = sys.argv[1]
random = np.random.default_rng(1)


def weights(name, *shape):
    return numpy_helper.from_array(random.normal(0, 0.3, shape).astype("f4"), name)


nodes = [
    helper.make_node("Conv", ["image", "w1", "b1"], ["c1"], pads=[1, 1, 1, 1], name="conv1"),
    helper.make_node("Relu", ["c1"], ["features"], name="relu1"),
    helper.make_node("GlobalAveragePool", ["features"], ["pooled"], name="pool"),
    helper.make_node("Flatten", ["pooled"], ["flat"], name="flatten"),
    helper.make_node("Gemm", ["flat", "w2", "b2"], ["scores"], transB=1, name="fc"),
]
value = helper.make_tensor_value_info
graph = helper.make_graph(
    nodes,
    "tiny",
    [value("image", TensorProto.FLOAT, ["N", 3, 8, 8])],
    [value("scores", TensorProto.FLOAT, ["N", 6]), value("features", TensorProto.FLOAT, ["N", 8, 8, 8])],
    [weights("w1", 8, 3, 3, 3), weights("b1", 8), weights("w2", 6, 8), weights("b2", 6)],
)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), f"{folder}/float.onnx")
images = random.normal(0, 1, (5, 3, 8, 8)).astype("f4")
np.save(f"{folder}/images.npy", images)


class Reader(CalibrationDataReader):
    def __init__(self):
        self.rest = iter([{"image": images[k : k + 1]} for k in range(5)])

    def get_next(self):
        return next(self.rest, None)


quantize_static(
    f"{folder}/float.onnx",
    f"{folder}/int8.onnx",
    Reader(),
    quant_format=QuantFormat.QDQ,
    per_channel=True,
    activation_type=QuantType.QInt8,
    weight_type=QuantType.QInt8,
)
for name in ["float", "int8"]:
    scores, features = onnxruntime.InferenceSession(f"{folder}/{name}.onnx").run(None, {"image": images})
    np.save(f"{folder}/{name}-scores.npy", scores)
    np.save(f"{folder}/{name}-features.npy", features)
labels = np.load(f"{folder}/int8-scores.npy").argmax(1)
labels[4] = (labels[4] + 1) % 6
np.save(f"{folder}/labels.npy", labels)
