"""Whole networks: the zoo's files (and, in the full run, files of other tools) against other runtimes."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

import engine
import peers
import reference

# One network a family; the full run takes all that `edgeprof models` lists.
QUICK = ["vgg11_bn", "resnet18", "densenet121", "shufflenet_v2_x1_0", "mobilenet_v2", "squeezenet1_1"]

MEAN_STEPS = 1.0
COSINE = 0.9995

# OpenVINO joins operators and skips roundings that the file spells out: a second opinion, not a second reference.
SECOND_OPINION = (3.0, 0.998)

# Networks of other tools have random weights that amplify: whoever skips roundings, OpenVINO and the fused plan alike, is
# some steps away. The direction must hold.
AMPLIFIED = (6.0, 0.98)


def external(name):
    """Whether a network comes from another tool."""
    return name.startswith("torchvision")


def run(options, report, work):
    names = options.networks.split(",") if options.networks else QUICK
    if options.kind == "full" and not options.networks:
        names = zoo_names()
    for name in names:
        path = work / "networks" / name / "model.onnx"
        path.parent.mkdir(parents=True, exist_ok=True)
        done = engine.command_line(["export", name, "-o", path])
        if done.returncode != 0:
            report.networks.append({"name": name})
            report.fail(name, f"export failed: {done.stderr.strip()[:300]}")
            continue
        judged(name, path, report, options)
        path.unlink()
    if options.kind == "full":
        import external

        external.run(report, work, options)


def zoo_names():
    import json

    listed = engine.command_line(["models", "--format", "json"])
    return [model["name"] for model in json.loads(listed.stdout)["models"]]


def judged(name, path, report, options):
    try:
        judge(name, path, report, full=options.kind == "full", own=True)
    except Exception as error:
        report.networks.append({"name": name})
        report.fail(name, f"{type(error).__name__}: {str(error)[:300]}")


def parameters(model, tensor, *, kind, writes):
    """Scale, zero point and type of the QuantizeLinear that reads a value, or of the DequantizeLinear that writes it."""
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    for node in model.graph.node:
        if node.op_type == kind and tensor in (node.output if writes else node.input[:1]):
            zero = constants[node.input[2]] if len(node.input) > 2 else np.zeros((), np.uint8)
            return float(constants[node.input[1]].reshape(())), int(zero.reshape(())), zero.dtype
    raise ValueError(f"{tensor} is not quantized")


def images(shape, scale, zero, dtype, count, seed):
    """Normalised random pixels, as the zoo's weights are made for, on the input's own steps: every runtime starts alike."""
    random = np.random.default_rng(seed)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    for _ in range(count):
        stored = np.clip(np.rint(random.normal(0, 1, shape) / scale) + zero, low, high)
        yield ((stored - zero).astype(np.float32) * np.float32(scale)).astype(np.float32)


def judge(name, path, report, *, full, own=False):
    """Compares one file's numbers; with `own`, ONNX Runtime's distance from itself without optimisation counts too."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    graph_input = model.graph.input[0]
    shape = [d.dim_value if d.dim_value > 0 else 1 for d in graph_input.type.tensor_type.shape.dim]
    quantization = parameters(model, graph_input.name, kind="QuantizeLinear", writes=False)
    step, zero, _ = parameters(model, model.graph.output[0].name, kind="DequantizeLinear", writes=True)
    samples = list(images(shape, *quantization, 4 if full else 2, list(name.encode())))
    isa = engine.instruction_sets()[0]
    plans = [f"naive@{isa}", f"fused@{isa}"]
    folder = path.parent
    for index, sample in enumerate(samples):
        np.save(folder / f"s{index}_in0.npy", sample)
    problem = engine.run_batch([(folder, len(samples), plans)], processes=1, seconds=300)[str(folder)]
    if problem:
        report.networks.append({"name": name})
        report.fail(name, problem)
        return
    naive, fused = (np.stack([o[0] for o in engine.read_outputs(folder, len(samples), p, 1)]) for p in plans)
    through_command_line(name, path, folder, naive[0], report)
    feeds = [{graph_input.name: sample} for sample in samples]
    ort = np.stack([o[0] for o in peers.run(str(path), feeds, threads=2)])
    row = {"name": name}
    limits = (MEAN_STEPS, COSINE)
    if own:
        # Networks that amplify a step: two exact runs of one file that combine scales differently are this far apart.
        plain = np.stack([o[0] for o in peers.run(str(path), feeds, optimized=False, threads=2)])
        mean, cosine = difference(ort, plain, step)[::2]
        row["ORT from itself, mean"], row["cosine"] = mean, cosine
        limits = (max(MEAN_STEPS, 1.5 * mean), min(COSINE, 1 - 2 * (1 - cosine)))
    compare(name, row, "ORT", naive, ort, step, report, limits)
    compare(name, row, "fused", fused, naive, step, report, AMPLIFIED if external(name) else limits)
    if full:
        openvino(name, path, samples, naive, step, row, report)
    report.networks.append(row)


def difference(left, right, step):
    """Mean and worst difference in output steps, least cosine; the worst sample's of each."""
    steps = np.abs(left.astype(np.float64) - right) / step
    cosine = min(peers.cosine(a, b) for a, b in zip(left, right))
    return max(float(sample.mean()) for sample in steps), float(np.rint(steps.max())), cosine


def compare(name, row, label, left, right, step, report, limits=(MEAN_STEPS, COSINE)):
    """Judges two runs' dequantized outputs; without limits, shows them."""
    if left.shape != right.shape:
        report.fail(name, f"outputs have shape {left.shape[1:]}, {label}'s {right.shape[1:]}")
        return
    mean, worst, cosine = difference(left, right, step)
    row[f"{label} mean"], row[f"{label} worst"], row[f"{label} cosine"] = mean, worst, cosine
    if limits is not None and not (mean <= limits[0] and cosine >= limits[1]):
        report.fail(name, f"{label}: mean difference {mean:.3f} steps, cosine {cosine:.6f}")


def through_command_line(name, path, folder, naive, report):
    """The command line gives the runner's bits."""
    output = folder / "output.npy"
    done = engine.command_line(
        ["run", path, "--input", folder / "s0_in0.npy", "--output", output, "--plan", "naive"]
    )
    if done.returncode != 0:
        report.fail(name, f"edgeprof run: exit code {done.returncode}, {done.stderr.strip()[:300]}")
    elif not np.array_equal(np.load(output), naive):
        report.fail(name, "edgeprof run gives other numbers than the runner")


def openvino(name, path, samples, naive, step, row, report):
    if importlib.util.find_spec("openvino") is None:
        report.skipped.append(f"OpenVINO for {name}: not installed")
        return
    folder = Path(path).parent
    np.save(folder / "openvino-samples.npy", np.stack(samples))
    for low_precision in ("AUTO", "NO"):
        command = [folder / "openvino-samples.npy", folder / "openvino.npy", low_precision]
        worker = Path(__file__).with_name("openvino_worker.py")
        done = subprocess.run([sys.executable, worker, path, *command], capture_output=True, text=True)
        if done.returncode == 0:
            break
        problem = f"exit code {done.returncode}, {(done.stderr.strip().splitlines() or [''])[-1][:120]}"
        report.note(name, f"OpenVINO, LP_TRANSFORMS_MODE {low_precision}: {problem}")
    else:
        return
    other = np.load(folder / "openvino.npy")
    compare(name, row, "OpenVINO", naive, other, step, report, None if external(name) else SECOND_OPINION)
