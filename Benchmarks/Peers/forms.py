"""The models of `make bench-peers`, the forms each peer runs them in, and how those are made."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODELS = ["vgg11", "resnet18", "resnet50", "densenet121", "densenet169", "mobilenet_v2", "shufflenet_v2_x1_0"]
# Row, runtime (worker.py), which of the model's files; "same file" is the QDQ file edgeprof runs.
FORMS = [
    ("onnxruntime, same file", "onnxruntime", "qdq.onnx"),
    ("onnxruntime, own quantizer", "onnxruntime", "depthwise.onnx"),
    ("openvino, same file", "openvino", "qdq.onnx"),
    ("openvino, nncf", "openvino", "nncf.xml"),
    ("ncnn, int8", "ncnn", "ncnn-int8.param"),
    ("ncnn, bfloat16", "ncnn-bf16", "ncnn-float.param"),
]
# Made of the float file by a script each, as one may fail alone.
STEPS = [("prepare.py", "nncf.xml"), ("prepare_ncnn.py", "ncnn-int8.bin")]
LEAST_SIMILARITY = 0.95


def prepare(edgeprof, model, folder):
    """Makes what is not there yet of a model's forms; says on standard error what could not be made."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, kind in (("qdq.onnx", []), ("float.onnx", ["--float"])):
        if not (folder / file).exists():
            command = [edgeprof, "export", model, *kind, "-o", folder / file]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for script, product in STEPS:
        if not (folder / product).exists():
            run(model, folder, script, folder / "float.onnx", folder)
    if not (folder / "similarity.json").exists():
        run(model, folder, "similarity.py", folder)


def run(model, folder, script, *arguments):
    log = folder / f"{script}.log"
    with log.open("w") as output:
        if subprocess.run([sys.executable, HERE / script, *arguments], stdout=output, stderr=output).returncode:
            print(f"{model}: {script} failed, see {log}", file=sys.stderr)


def similarities(folder):
    path = folder / "similarity.json"
    return json.loads(path.read_text()) if path.exists() else {}


def present(folder):
    """The forms to compare: made, and computing what the others compute."""
    known = similarities(folder)
    for name, runtime, file in FORMS:
        if (folder / file).exists():
            if known.get(name, {}).get("sameFile", 0) >= LEAST_SIMILARITY:
                yield name, runtime, file
            else:
                print(f"{folder.name}: left out, its output is not the network's: {name}", file=sys.stderr)
