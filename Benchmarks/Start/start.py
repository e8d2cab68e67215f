"""From the start of a process to its first result, and the memory a measurement takes: `Benchmarks/Start/start.py`.

Per model: milliseconds from before a fresh process is started until its first inference is done, from the int8 ONNX file
(import, compile, pack, run) and from a packed plan (map, checksum, validate, run); then the peak resident memory of
edgeprof-measure from its start on, file-backed pages included. Medians of several processes; files are in the page cache.

usage: start.py --edgeprof PROGRAM --worker PROGRAM [--models A,B] [--rounds N] [--folder DIR]
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

# Model: milliseconds from ONNX, from a plan, bytes of peak RSS (issue: the fastest engine).
GOALS = {"resnet50": (60, 25, 45e6), "shufflenet_v2_x1_0": (None, None, 14e6)}


def start(worker, path):
    """Milliseconds to the first result, peak RSS in bytes, where the time went."""
    begin = time.monotonic()
    process = subprocess.Popen([worker, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline().strip()
    elapsed = (time.monotonic() - begin) * 1e3
    if not line.startswith("ready"):
        raise SystemExit(f"{path}: {line}")
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(int(row.split()[1]) * 1024 for row in status.splitlines() if row.startswith("VmHWM:"))
    process.communicate("\n")
    return elapsed, peak, line.split(": ", 1)[1]


def measured_peak(edgeprof, path):
    """Peak RSS of edgeprof-measure: while loading or while running, whichever is larger."""
    command = [edgeprof, "profile", path, "--duration", "1s", "--threads", "1", "--format", "json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    memory = json.loads(done.stdout)["runs"][0]["memory"]
    return max(memory["loadPeakRssBytes"], memory["peakRssBytes"])


def row(options, model, folder):
    onnx, plan = folder / f"{model}.onnx", folder / f"{model}.plan"
    if not onnx.exists():
        subprocess.run([options.edgeprof, "export", model, "-o", onnx], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([options.worker, "--pack", onnx, plan], check=True)
    runs = {path: [] for path in (onnx, plan)}
    for path in runs:
        start(options.worker, path)
    for _ in range(options.rounds):
        for path in runs:
            runs[path].append(start(options.worker, path))
    medians = [statistics.median(run[0] for run in runs[path]) for path in (onnx, plan)]
    peak = statistics.median(measured_peak(options.edgeprof, onnx) for _ in range(3))
    goals = GOALS.get(model, (None, None, None))
    cells = [
        f"{value:.1f}" + ("" if goal is None else f" ({'≤' if value <= goal else 'not ≤'} {goal:g})")
        for value, goal in zip([*medians, peak / 1e6], [*goals[:2], goals[2] and goals[2] / 1e6])
    ]
    print(f"| {model} | {' | '.join(cells)} |", flush=True)
    for path in runs:
        fastest = min(runs[path])
        print(f"<!-- {path.name}: fastest {fastest[0]:.1f} ms; {fastest[2]} -->", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--edgeprof", required=True)
    parser.add_argument("--worker", required=True)
    parser.add_argument("--models", default="resnet50,shufflenet_v2_x1_0")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--folder")
    options = parser.parse_args()
    print("| model | from ONNX, ms | from a plan, ms | edgeprof-measure peak RSS, MB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for model in options.models.split(","):
            row(options, model, Path(options.folder or folder))


main()
