"""Float graphs: the same graphs with their quantization taken out, and forms that only float files have."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import engine
import peers
from reference import dequantize

# Sums are taken in another order than ONNX Runtime's: thousands of roundings of 6e-8 each, relative to the largest output.
TOLERANCE = 2e-5


def strip(model):
    """The float graph a QDQ file was made from: constants dequantized, quantization of activations removed."""
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    alias, nodes, extra = {}, [], {}
    kinds = {info.name: info.type.tensor_type.elem_type for info in model.graph.input}
    for node in model.graph.node:
        inputs = [alias.get(name, name) for name in node.input]
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            if node.input[0] in constants:
                axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
                zero = constants[node.input[2]] if len(node.input) > 2 else None
                value = dequantize(constants[node.input[0]], constants[node.input[1]], zero, axis, True)
                extra[node.output[0]] = value.reals().astype(np.float32)
            else:
                alias[node.output[0]] = inputs[0]
            continue
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.input[:] = inputs
        nodes.append(copy)
    inputs = [
        helper.make_tensor_value_info(i.name, TensorProto.FLOAT, shape_of(i)) for i in model.graph.input
    ]
    outputs = []
    for info in model.graph.output:
        name = info.name + "_float"
        nodes.append(helper.make_node("Identity", [alias.get(info.name, info.name)], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape_of(info)))
    used = {name for node in nodes for name in node.input}
    made = {name for node in nodes for name in node.output}
    initializers = [
        numpy_helper.from_array(np.array(array), name)
        for name, array in {**constants, **extra}.items()
        if name in used and name not in made
    ]
    graph = helper.make_graph(nodes, model.graph.name, inputs, outputs, initializers)
    assert all(kind in (TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT8) for kind in kinds.values())
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def shape_of(info):
    return [d.dim_value if d.HasField("dim_value") else d.dim_param or None for d in info.type.tensor_type.shape.dim]


class FloatGraph:
    """A small float graph."""

    def __init__(self, name, operator, opset=17):
        self.name, self.operator, self.opset = name, operator, opset
        self.random = np.random.default_rng(list(name.encode()))
        self.nodes, self.initializers, self.inputs, self.sample = [], [], [], {}

    def input(self, shape, scale=1.0):
        name = f"x{len(self.inputs)}"
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        self.sample[name] = self.random.normal(0, scale, shape).astype(np.float32)
        return name

    def constant(self, value):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def random_constant(self, *shape, low=-1.0, high=1.0):
        return self.constant(self.random.uniform(low, high, shape).astype(np.float32))

    def op(self, kind, inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def finish(self, *names):
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
        graph = helper.make_graph(self.nodes, self.name, self.inputs, outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        return self.name, self.operator, model, [self.sample]


def float_only():
    """Forms that int8 files do not have, and old operator sets."""
    image = (2, 6, 7, 5)

    def unary(name, operator, opset=17, constants=(), outputs=1, shape=image, **attributes):
        g = FloatGraph(name, operator, opset)
        x = g.input(shape)
        y = g.op(operator, [x, *(g.constant(c) for c in constants)], outputs, **attributes)
        return g.finish(y if outputs == 1 else y[0])

    g = FloatGraph("float_conv_batchnorm_relu", "BatchNormalization")
    y = g.op("Conv", [g.input(image), g.random_constant(8, 6, 3, 3), g.random_constant(8)], pads=[1, 1, 1, 1])
    constants = [g.random_constant(8, low=0.5), g.random_constant(8), g.random_constant(8), g.random_constant(8, low=0.1)]
    yield g.finish(g.op("Relu", [g.op("BatchNormalization", [y, *constants])]))
    g = FloatGraph("float_batchnorm_rank2", "BatchNormalization", 13)
    constants = [g.random_constant(9, low=0.5), g.random_constant(9), g.random_constant(9), g.random_constant(9, low=0.1)]
    yield g.finish(g.op("BatchNormalization", [g.input((3, 9)), *constants], epsilon=1e-2))
    for name, attributes, shape in (
        ("alpha_beta", {"alpha": 0.7, "beta": 1.5, "transB": 1}, (5, 12)), ("untransposed", {}, (12, 5)),
    ):  # fmt: skip
        g = FloatGraph(f"float_gemm_{name}", "Gemm")
        yield g.finish(g.op("Gemm", [g.input((3, 12)), g.random_constant(*shape), g.random_constant(5)], **attributes))
    g = FloatGraph("float_gemm_scalar_bias", "Gemm")
    yield g.finish(g.op("Gemm", [g.input((3, 12)), g.random_constant(12, 5), g.random_constant(1)]))
    g = FloatGraph("float_matmul_add", "MatMul")
    yield g.finish(g.op("Add", [g.op("MatMul", [g.input((3, 12)), g.random_constant(12, 5)]), g.random_constant(5)]))
    yield unary("float_clip_opset6", "Clip", 10, min=-0.5, max=0.25)
    yield unary("float_clip_no_bounds", "Clip", 13)
    yield unary("float_dropout_opset7", "Dropout", 10, ratio=0.3)
    yield unary("float_dropout_two_outputs", "Dropout", 13, outputs=2)
    yield unary("float_cast_same", "Cast", to=TensorProto.FLOAT)
    yield unary("float_softmax_opset11", "Softmax", 11, shape=(3, 10))
    yield unary("float_pad_opset10", "Pad", 10, pads=[0, 0, 1, 2, 0, 0, 0, 3], value=0.5)
    yield unary("float_slice_opset9", "Slice", 9, starts=[1, 0], ends=[5, 4], axes=[1, 3])
    yield unary("float_squeeze_opset11", "Squeeze", 11, shape=(2, 6, 1, 1), axes=[2, 3])
    yield unary("float_unsqueeze_opset11", "Unsqueeze", 11, shape=(2, 6), axes=[2, 3])
    yield unary("float_split_opset11", "Split", 11, outputs=2, axis=1, split=[2, 4])
    yield unary("float_reducemean_opset11", "ReduceMean", 11, axes=[2, 3])
    yield unary("float_constant_pow2", "Mul", constants=[np.float32(0.5)])
    yield unary("float_subtract_constant", "Sub", constants=[np.float32(0.5).reshape(1)])
    g = FloatGraph("float_resize_opset11_roi", "Resize", 11)
    roi, scales = g.constant(np.zeros(0, np.float32)), g.constant(np.array([1, 1, 2, 2], np.float32))
    yield g.finish(g.op("Resize", [g.input(image), roi, scales], mode="nearest", nearest_mode="floor",
                        coordinate_transformation_mode="asymmetric"))  # fmt: skip
    g = FloatGraph("float_constants_folded", "Constant")
    a, b = g.random_constant(1, 6, 1, 1), g.random_constant(1, 6, 1, 1)
    yield g.finish(g.op("Mul", [g.input(image), g.op("Add", [a, b])]))
    # What PyTorch writes for x.view(x.size(0), -1).
    g = FloatGraph("float_shape_gather_reshape", "Constant", 13)
    x = g.input(image)
    size = g.op("Gather", [g.op("Shape", [x]), g.constant(np.int64(0))], axis=0)
    size = g.op("Unsqueeze", [size, g.constant(np.array([0], np.int64))])
    shape = g.op("Concat", [size, g.constant(np.array([-1], np.int64))], axis=0)
    yield g.finish(g.op("Reshape", [x, shape]))
    g = FloatGraph("float_dead_nodes", "Identity")
    x = g.input(image)
    g.op("Relu", [x])
    yield g.finish(g.op("Identity", [x]))
    g = FloatGraph("float_half_weights", "Cast")
    w = g.constant(g.random.normal(size=(8, 6, 3, 3)).astype(np.float16))
    yield g.finish(g.op("Conv", [g.input(image), g.op("Cast", [w], to=TensorProto.FLOAT)]))


def run(cases, name_filter, report, work, processes):
    graphs = [(f"float_{c.name}", c.operator, strip(c.model), to_reals(c), c.ort_refuses) for c in cases]
    graphs += [(*made, "") for made in float_only() if name_filter in made[0]]
    requests = []
    for name, _, model, samples, _ in graphs:
        engine.write_sample(work / "float" / name, model, samples)
        batch = engine.open_batch(model, samples)
        requests.append((work / "float" / name, len(samples), ["float"], *batch))
    answers = engine.run_batch(requests, processes=processes)
    for name, operator, model, samples, ort_refuses in graphs:
        report.graphs += 1
        folder = work / "float" / name
        problem = answers.get(str(folder), "no answer from the runner")
        worst = None
        if problem is not None:
            report.fail(name, problem)
        else:
            try:
                worst = judge(name, model, samples, ort_refuses, report, folder)
            except Exception as error:
                report.fail(name, f"{type(error).__name__}: {str(error)[:300]}")
        report.row(report.floats, operator, relative=worst)


def to_reals(case):
    """Samples as reals, also of graphs that take stored integers."""
    return [
        {name: value.astype(np.float32) * (1 if value.dtype.kind == "f" else 1 / 64) for name, value in sample.items()}
        for sample in case.samples
    ]


def judge(name, model, samples, ort_refuses, report, folder):
    try:
        expected = peers.run(model.SerializeToString(), samples)
    except Exception as error:
        if ort_refuses and ort_refuses in str(error):
            return None
        raise
    worst = 0.0
    for got, wanted in zip(engine.read_outputs(folder, len(samples), "float", len(expected[0])), expected):
        for a, b in zip(got, wanted):
            if a.shape != b.shape:
                raise ValueError(f"an output has shape {a.shape}, not {b.shape}")
            largest = max(float(np.abs(b).max(initial=0)), 1e-6)
            worst = max(worst, float(np.abs(a.astype(np.float64) - b).max(initial=0)) / largest)
    if not worst <= TOLERANCE:
        report.fail(name, f"differs from ONNX Runtime by {worst:.3g} of the largest output")
    return worst
