"""The models of `make bench-peers`, the forms each peer runs them in, and how those are made."""

import filecmp
import json
import os
import subprocess
import sys
from pathlib import Path

import instruction_sets

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


def prepare(edgeprof, model, folder, isa=None):
    """Makes what is not there yet of a model's forms; says on standard error what could not be made."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, kind in (("qdq.onnx", []), ("float.onnx", ["--float"])):
        exported = folder / f"new-{file}"
        command = [edgeprof, "export", model, *kind, "-o", exported]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        if not (folder / file).exists() or not filecmp.cmp(exported, folder / file, shallow=False):
            # What was made of an earlier export is not this network any more.
            for old in folder.iterdir():
                if old.name not in (exported.name, "qdq.onnx"):
                    old.unlink()
        exported.replace(folder / file)
    for script, product in STEPS:
        if not (folder / product).exists():
            run(model, folder, script, folder / "float.onnx", folder)
    if not similarity_file(folder, isa).exists():
        run(model, folder, "similarity.py", folder, similarity_file(folder, isa), environment=limits("openvino", isa))


def run(model, folder, script, *arguments, environment=None):
    log = folder / f"{script}.log"
    command = [sys.executable, HERE / script, *arguments]
    with log.open("w") as output:
        if subprocess.run(command, stdout=output, stderr=output, env={**os.environ, **(environment or {})}).returncode:
            print(f"{model}: {script} failed, see {log}", file=sys.stderr)


def limits(runtime, isa):
    """The environment that holds a runtime to an instruction set, where that can be done."""
    return {"ONEDNN_MAX_CPU_ISA": instruction_sets.ONEDNN[isa]} if runtime == "openvino" and isa else {}


def similarity_file(folder, isa):
    return folder / f"similarity{'-' + isa if isa else ''}.json"


def similarities(folder, isa=None):
    path = similarity_file(folder, isa)
    return json.loads(path.read_text()) if path.exists() else {}


def present(folder, isa=None):
    """The forms to compare: those that the runtime can run, and that compute what the others compute."""
    known = similarities(folder, isa)
    for name, runtime, file in FORMS:
        if (known.get(name) or {}).get("sameFile", 0) >= LEAST_SIMILARITY:
            yield name, runtime, file
