"""Makes each peer's best form of a zoo model from the two files `edgeprof export` writes.

usage: prepare.py FLOAT.onnx FOLDER     writes FOLDER/nncf.xml and FOLDER/depthwise.onnx
"""

import sys

import numpy
import onnx
from onnx import helper, numpy_helper


def calibration_images(shape, count=8):
    random = numpy.random.default_rng(2)
    return [random.normal(size=shape).astype(numpy.float32) for _ in range(count)]


def input_shape(model):
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    return [dimension.dim_value or 1 for dimension in dimensions]


def batch_normalizations_as_convolutions(model):
    """ONNX Runtime's quantizer leaves a BatchNormalization that no convolution can absorb in float: as a depthwise 1x1
    convolution it runs in int8."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    producers = {name: node for node in model.graph.node for name in node.output}
    readers = {}
    for node in model.graph.node:
        for name in node.input:
            readers[name] = readers.get(name, 0) + 1
    nodes, replaced = [], set()
    for node in model.graph.node:
        if node.op_type != "BatchNormalization":
            nodes.append(node)
            continue
        producer = producers.get(node.input[0])
        if producer is not None and producer.op_type == "Conv" and readers[node.input[0]] == 1:
            nodes.append(node)  # Folded by the runtime.
            continue
        epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
        scale, shift, mean, variance = (constants[name] for name in node.input[1:5])
        factor = scale / numpy.sqrt(variance + epsilon)
        weights = numpy_helper.from_array(factor.reshape(-1, 1, 1, 1).astype(numpy.float32), node.name + ".w")
        bias = numpy_helper.from_array((shift - mean * factor).astype(numpy.float32), node.name + ".b")
        model.graph.initializer.extend([weights, bias])
        nodes.append(
            helper.make_node(
                "Conv",
                [node.input[0], weights.name, bias.name],
                list(node.output),
                name=node.name,
                kernel_shape=[1, 1],
                group=len(factor),
            )
        )
        replaced.update(node.input[1:5])
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    kept = [tensor for tensor in model.graph.initializer if tensor.name not in replaced]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)


def write_depthwise(float_path, path):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    model = onnx.load(float_path)
    batch_normalizations_as_convolutions(model)
    shape, name = input_shape(model), model.graph.input[0].name
    onnx.save(model, path + ".float")
    quant_pre_process(path + ".float", path + ".float", skip_symbolic_shape=True)

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.images = iter(calibration_images(shape))

        def get_next(self):
            image = next(self.images, None)
            return None if image is None else {name: image}

    quantize_static(
        path + ".float",
        path,
        Reader(),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
    )


def write_nncf(float_path, path):
    import nncf
    import openvino

    model = openvino.Core().read_model(float_path)
    images = calibration_images(input_shape(onnx.load(float_path, load_external_data=False)))
    quantized = nncf.quantize(model, nncf.Dataset(images), subset_size=len(images))
    openvino.save_model(quantized, path)


if __name__ == "__main__":
    write_depthwise(sys.argv[1], sys.argv[2] + "/depthwise.onnx")
    write_nncf(sys.argv[1], sys.argv[2] + "/nncf.xml")
