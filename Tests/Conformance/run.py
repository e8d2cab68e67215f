"""The conformance suite: docs/conformance.md says what is compared and why. Started by scripts/conformance.sh."""

import argparse
import os
import pathlib
import platform
import sys
import tempfile
import time

import numpy
import onnx
import onnxruntime

import cases
import engine
import floats
import integers
import networks
import peers
import refusals
from report import Report


def main():
    parser = argparse.ArgumentParser(description="compares edgeprof with a numpy referee and other runtimes")
    parser.add_argument("--kind", choices=("quick", "full"), default="quick")
    parser.add_argument("--only", default="int8,float,networks,refusals", help="parts to run, by comma")
    parser.add_argument("--filter", default="", help="run small graphs whose name has this in it")
    parser.add_argument("--networks", default="", help="zoo networks to run, by comma, instead of one a family")
    parser.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--json", type=pathlib.Path, default=engine.ROOT / ".build" / "conformance.json")
    parser.add_argument("--work", type=pathlib.Path, help="folder to keep the generated files in")
    options = parser.parse_args()
    parts = options.only.split(",")
    exact = "yes" if peers.has_exact_int8() else "no: kernels are told to avoid u8 x s8"
    report = Report(
        {
            "onnxruntime": onnxruntime.__version__,
            "onnx": onnx.__version__,
            "numpy": numpy.__version__,
            "python": platform.python_version(),
            "exact u8 x s8 in hardware (VNNI or dot product)": exact,
        }
    )
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="edgeprof-conformance-") as temporary:
        work = options.work or pathlib.Path(temporary)
        try:
            engine.program("conformance-runner"), engine.program("edgeprof")
        except engine.NotBuilt as error:
            print(f"conformance: {error}", file=sys.stderr)
            return 1
        chosen = [c for c in cases.all_cases() if options.filter in c.name]
        small = {
            "int8": lambda: integers.run(chosen, report, work, options.processes),
            "float": lambda: floats.run(chosen, options.filter, report, work, options.processes),
            "networks": lambda: networks.run(options, report, work),
            "refusals": lambda: refusals.run(report, work, options.processes),
        }
        for name in parts:
            started = time.monotonic()
            small[name]()
            report.facts[f"seconds, {name}"] = round(time.monotonic() - started, 1)
    report.facts["seconds"] = round(time.monotonic() - began, 1)
    report.print()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    report.write(options.json)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
