"""How alike the outputs of a model's forms are: a form that computes something else would be no peer.

usage: similarity.py FOLDER FILE.json     writes for each form the least cosine over three images of its output with the
                                          QDQ file's and with the float file's (by ONNX Runtime); null where it fails
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy

from forms import FORMS
from worker import RUNTIMES

SEEDS = (1, 2, 3)


def write_output(runtime, path, seed, file):
    network = RUNTIMES[runtime](path, 1, seed)
    network.infer()
    numpy.save(file, numpy.array(network.output(), numpy.float64).ravel())


def outputs(runtime, path):
    """Each from a process of its own: the runtimes do not all bear one another, nor a second network, in one."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            file = f"{folder}/output.npy"
            if subprocess.run([sys.executable, __file__, runtime, str(path), str(seed), file]).returncode:
                return None
            results.append(numpy.load(file))
    return results


def least_cosine(these, those):
    return min(float(a @ b / (numpy.linalg.norm(a) * numpy.linalg.norm(b))) for a, b in zip(these, those))


def main(folder, report_file):
    same, real = (outputs("onnxruntime", folder / file) for file in ("qdq.onnx", "float.onnx"))
    report = {}
    for name, runtime, file in FORMS:
        results = outputs(runtime, folder / file) if (folder / file).exists() else None
        report[name] = results and {"sameFile": least_cosine(results, same), "float": least_cosine(results, real)}
    report_file.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 5:
        write_output(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
