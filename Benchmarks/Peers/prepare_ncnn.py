"""Makes ncnn's forms of a zoo model: a float one by pnnx, and an int8 one from it.

ncnn's package has no quantizer, so the second is made here, in the format its layers read (ncnn src/layer/convolution.cpp,
innerproduct.cpp, modelbin.cpp) and by the rules of its ncnn2table and ncnn2int8:

- symmetric s8; one scale an input, the largest magnitude it had on the calibration images, and one an output channel;
- a convolution all of whose readers are int8 convolutions hands them s8 (`int8_scale_term` + 100, "requantize").

It departs from them where that is faster, measured on AVX-512-VNNI: depthwise convolutions stay in float (mobilenet_v2 4.4
instead of 6.7 ms), and 3x3 convolutions have 8-bit weights and run without Winograd, which needs 6-bit ones (resnet18
12.5 instead of 16.5 ms).

A .param file is lines `type name inputs outputs input... output... key=value...`; a .bin file is the layers' arrays in
order. An array of weights starts with a tag: 0 for float32, 0x000D4B38 for s8 (padded to 4 bytes). Biases and scales
are float32 without a tag. An int8 layer's arrays: weights, bias, weight scales, input scale, output scale if requantized.

usage: prepare_ncnn.py FLOAT.onnx FOLDER     writes FOLDER/ncnn-float.{param,bin} and FOLDER/ncnn-int8.{param,bin}
"""

import importlib.util
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import onnx

from prepare import calibration_images, input_shape

INT8_TAG = 0x000D4B38
WEIGHTED = ("Convolution", "ConvolutionDepthWise", "InnerProduct")
QUANTIZED = ("Convolution", "InnerProduct")


class Layer:
    def __init__(self, line):
        fields = line.split()
        self.type, self.name = fields[:2]
        inputs, outputs = int(fields[2]), int(fields[3])
        self.inputs = fields[4 : 4 + inputs]
        self.outputs = fields[4 + inputs : 4 + inputs + outputs]
        self.parameters = dict(field.split("=", 1) for field in fields[4 + inputs + outputs :])
        self.weights = self.bias = self.weight_scales = self.input_scale = self.output_scale = None
        self.other = b""

    def number(self, key, default=0):
        return int(self.parameters.get(str(key), default))

    def read(self, model):
        """Takes this layer's arrays from the .bin file."""
        if self.type == "BatchNorm":
            self.other = model.read(4 * 4 * self.number(0))
        if self.type not in WEIGHTED:
            return
        convolution = self.type != "InnerProduct"
        if struct.unpack("<I", model.read(4))[0] != 0:
            raise ValueError(f"{self.name}: weights are not float32")
        self.weights = numpy.frombuffer(model.read(4 * self.number(6 if convolution else 2)), numpy.float32)
        if self.number(5 if convolution else 1):
            self.bias = numpy.frombuffer(model.read(4 * self.number(0)), numpy.float32)

    def quantize(self, largest_input):
        rows = self.weights.reshape(self.number(0), -1)
        largest = numpy.abs(rows).max(axis=1)
        self.weight_scales = 127 / numpy.where(largest > 0, largest, 127)
        scaled = rows * self.weight_scales[:, None]
        self.weights = numpy.trunc(scaled + numpy.copysign(0.5, scaled)).astype(numpy.int8)
        self.input_scale = 127 / largest_input if largest_input > 0 else 1.0

    def line(self):
        parameters = dict(self.parameters)
        if self.weight_scales is not None:
            parameters["8"] = "2" if self.output_scale is None else "102"
        fields = [self.type, self.name, len(self.inputs), len(self.outputs), *self.inputs, *self.outputs]
        return " ".join(map(str, [*fields, *(f"{key}={value}" for key, value in parameters.items())]))

    def arrays(self):
        if self.weights is None:
            return self.other
        tag = struct.pack("<I", INT8_TAG if self.weights.dtype == numpy.int8 else 0)
        data = self.weights.tobytes()
        parts = [tag, data, b"\0" * (-len(data) % 4)]
        for array in (self.bias, self.weight_scales, self.input_scale, self.output_scale):
            if array is not None:
                parts.append(numpy.asarray(array, numpy.float32).tobytes())
        return b"".join(parts)


def read_network(path):
    lines = Path(f"{path}.param").read_text().splitlines()
    layers = [Layer(line) for line in lines[2:] if line.strip()]
    with open(f"{path}.bin", "rb") as model:
        for layer in layers:
            layer.read(model)
        if model.read(1):
            raise ValueError(f"{path}.bin has arrays of a layer this converter does not know")
    return lines[:2], layers


def write_network(path, header, layers):
    Path(f"{path}.param").write_text("\n".join([*header, *(layer.line() for layer in layers)]) + "\n")
    Path(f"{path}.bin").write_bytes(b"".join(layer.arrays() for layer in layers))


def largest_magnitudes(path, blobs, images):
    """The largest magnitude of each blob over the images, in float32."""
    import ncnn

    net = ncnn.Net()
    for option in ("lightmode", "use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
        setattr(net.opt, option, False)
    net.load_param(f"{path}.param")
    net.load_model(f"{path}.bin")
    largest = dict.fromkeys(blobs, 0.0)
    for image in images:
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(image[0]))
        for blob in blobs:
            result, values = extractor.extract(blob)
            if result:
                raise ValueError(f"ncnn could not compute {blob}")
            largest[blob] = max(largest[blob], float(numpy.abs(numpy.array(values)).max()))
    return largest


def requantize(layers):
    """Lets a convolution hand s8 to its readers where each is an int8 convolution, seen through Split."""
    readers = {}
    for layer in layers:
        for blob in layer.inputs:
            readers.setdefault(blob, []).append(layer)

    def consumers(blob):
        for layer in readers.get(blob, []):
            if layer.type == "Split":
                for output in layer.outputs:
                    yield from consumers(output)
            else:
                yield layer

    for layer in layers:
        if layer.type == "Convolution":
            following = list(consumers(layer.outputs[0]))
            if following and all(reader.type == "Convolution" for reader in following):
                layer.output_scale = following[0].input_scale


def pnnx(float_path, shape, path):
    """Runs the program in pnnx's package; the Python part of the package wants torch, which this does not need."""
    program = Path(importlib.util.find_spec("pnnx").origin).parent / "pnnx"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(float_path, Path(folder) / "model.onnx")
        dimensions = ",".join(map(str, shape))
        subprocess.run([program, "model.onnx", "fp16=0", f"inputshape=[{dimensions}]"], cwd=folder, check=True)
        for kind in ("param", "bin"):
            shutil.move(Path(folder) / f"model.ncnn.{kind}", f"{path}.{kind}")


def main(float_path, folder):
    shape = input_shape(onnx.load(float_path, load_external_data=False))
    pnnx(float_path, shape, f"{folder}/ncnn-float")
    header, layers = read_network(f"{folder}/ncnn-float")
    quantized = [layer for layer in layers if layer.type in QUANTIZED]
    blobs = [layer.inputs[0] for layer in quantized]
    largest = largest_magnitudes(f"{folder}/ncnn-float", blobs, calibration_images(shape))
    for layer in quantized:
        layer.quantize(largest[layer.inputs[0]])
    requantize(layers)
    write_network(f"{folder}/ncnn-int8", header, layers)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
