"""Networks of other tools, for the full run: torchvision's, exported by PyTorch, and ONNX Runtime's quantized files."""

import re
import sys

import numpy as np

import engine
import networks
import peers

MODELS = [
    "resnet18", "resnet50", "densenet121", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x1_0", "squeezenet1_1",
    "vgg11_bn", "efficientnet_b0", "googlenet", "mnasnet1_0", "regnet_x_400mf",
]  # fmt: skip

# ONNX Runtime keeps pre-activation BatchNormalization in float; such values have no parameters in the file.
TOLERANCE = 1e-4


def run(report, work, options):
    try:
        torch, torchvision = load_torch()
    except Exception as error:
        report.skipped.append(f"torchvision networks: {type(error).__name__}: {str(error).splitlines()[0]}")
        return
    report.facts["torch"], report.facts["torchvision"] = torch.__version__, torchvision.__version__
    for name in MODELS:
        folder = work / "torchvision" / name
        folder.mkdir(parents=True, exist_ok=True)
        try:
            path = export(torch, torchvision, name, folder)
            judge_float(f"torchvision {name}", path, folder, report)
            for activations in ("u8", "s8"):
                quantized = quantize(path, folder, activations)
                networks.judge(f"torchvision {name} {activations}", quantized, report, full=True, own=True)
        except Exception as error:
            report.fail(f"torchvision {name}", f"{type(error).__name__}: {str(error).strip()[:300]}")


def load_torch():
    """PyTorch and torchvision.

    torchvision may lack its compiled operators, as with a CPU build of PyTorch beside a wheel made for another: the
    models need none of them, but they have to be declared before torchvision can be imported.
    """
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    load_torch.library = library  # declarations last as long as this
    for _ in range(8):
        try:
            import torchvision

            return torch, torchvision
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if not missing:
                raise
            library.define(f"{missing[1]}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            for module in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
                del sys.modules[module]
    raise ImportError("torchvision misses more than a few compiled operators")


def export(torch, torchvision, name, folder):
    """A torchvision network with random weights and settled BatchNorm statistics, as PyTorch writes it."""
    torch.manual_seed(7)
    torch.set_num_threads(2)
    extra = {"init_weights": True, "aux_logits": False} if name == "googlenet" else {}
    model = getattr(torchvision.models, name)(weights=None, **extra)
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # the mean of what it has seen
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(4, 3, 224, 224))
    model.eval()
    path = folder / "float.onnx"
    # With an open batch, ShuffleNet's views become arithmetic on shapes.
    axes = {} if name.startswith("shufflenet") else {"image": {0: "batch"}, "logits": {0: "batch"}}
    torch.onnx.export(
        model, torch.randn(1, 3, 224, 224), str(path), opset_version=17, dynamo=False, input_names=["image"],
        output_names=["logits"], dynamic_axes=axes,
    )  # fmt: skip
    return path


def judge_float(name, path, folder, report):
    report.graphs += 1
    sample = np.random.default_rng(5).normal(size=(1, 3, 224, 224)).astype(np.float32)
    np.save(folder / "x.npy", sample)
    done = engine.command_line(["run", path, "--input", folder / "x.npy", "--output", folder / "y.npy"], seconds=600)
    if done.returncode != 0:
        report.fail(name, f"float: exit code {done.returncode}, {done.stderr.strip()[:300]}")
        return
    wanted = peers.run(str(path), [{"image": sample}], threads=2)[0][0]
    worst = float(np.abs(np.load(folder / "y.npy") - wanted).max() / np.abs(wanted).max())
    report.row(report.floats, "torchvision networks", relative=worst)
    if not worst <= TOLERANCE:
        report.fail(name, f"float: differs from ONNX Runtime by {worst:.3g} of the largest output")


def quantize(path, folder, activations):
    """ONNX Runtime's own post-training quantization, QDQ with per-channel s8 weights."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            random = np.random.default_rng(11)
            self.samples = iter([{"image": random.normal(size=(1, 3, 224, 224)).astype(np.float32)} for _ in range(4)])

        def get_next(self):
            return next(self.samples, None)

    prepared, target = folder / "prepared.onnx", folder / activations / "model.onnx"
    target.parent.mkdir(exist_ok=True)
    quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared), str(target), Reader(), quant_format=QuantFormat.QDQ, per_channel=True,
        weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8 if activations == "u8" else QuantType.QInt8,
    )  # fmt: skip
    return target
