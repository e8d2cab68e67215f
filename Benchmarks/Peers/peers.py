"""edgeprof against its peers on the same networks: `make bench-peers`.

Every runtime is a process of its own, pinned to the same CPUs, alive for the whole comparison. Rounds are interleaved, in
an order shuffled each round, so that a drifting machine touches all alike; a process that is not asked sleeps. Per
runtime: the lowest and the median of the rounds' medians, peak RSS (VmHWM), seconds from start to the first result.

usage: peers.py --edgeprof PROGRAM --worker PROGRAM [--models A,B] [--threads 1,2] [--rounds N] [--seconds S] [--output F]
"""

import argparse
import json
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
MODELS = ["vgg11", "resnet18", "resnet50", "densenet121", "densenet169", "mobilenet_v2", "shufflenet_v2_x1_0"]
# Row name, runtime, which of the model's files; "same file" is the QDQ file edgeprof runs.
PEERS = [
    ("onnxruntime, same file", "onnxruntime", "qdq.onnx"),
    ("onnxruntime, own quantizer", "onnxruntime", "depthwise.onnx"),
    ("openvino, same file", "openvino", "qdq.onnx"),
    ("openvino, nncf", "openvino", "nncf.xml"),
]


class Worker:
    """A runtime with a model loaded, waiting to be asked."""

    def __init__(self, name, command, cpus):
        self.name = name
        self.medians = []
        start = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", cpus, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.failed = not self.process.stdout.readline().startswith("ready")
        self.first_result_seconds = time.monotonic() - start

    def run(self, seconds):
        try:
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().split()
        except BrokenPipeError:
            answer = []
        if not answer:
            self.failed = True
            return
        self.medians.append(statistics.median(int(nanoseconds) for nanoseconds in answer) / 1e6)

    def result(self):
        if self.failed or not self.medians:
            return {"name": self.name, "failed": True}
        return {
            "name": self.name,
            "lowestMilliseconds": min(self.medians),
            "medianMilliseconds": statistics.median(self.medians),
            "peakRssBytes": self.peak_rss(),
            "firstResultSeconds": self.first_result_seconds,
        }

    def peak_rss(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return None

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def prepare(edgeprof, model, folder):
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "nncf.xml").exists():
        for file, kind in (("qdq.onnx", []), ("float.onnx", ["--float"])):
            command = [edgeprof, "export", model, *kind, "-o", folder / file]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        log = folder / "prepare.log"
        with log.open("w") as output:
            command = [sys.executable, HERE / "prepare.py", folder / "float.onnx", folder]
            if subprocess.run(command, stdout=output, stderr=output).returncode:
                print(f"{model}: a peer's own quantizer failed, see {log}", file=sys.stderr)


def compare(options, model, threads, folder):
    cpus = ",".join(str(cpu) for cpu in sorted(os.sched_getaffinity(0))[:threads])
    workers = [Worker("edgeprof", [options.worker, str(folder / "qdq.onnx"), str(threads)], cpus)]
    for name, runtime, file in PEERS:
        if (folder / file).exists():
            command = [sys.executable, str(HERE / "worker.py"), runtime, str(folder / file), str(threads)]
            workers.append(Worker(name, command, cpus))
    for _ in range(options.rounds):
        for worker in random.sample(workers, len(workers)):
            if not worker.failed:
                worker.run(options.seconds)
    results = [worker.result() for worker in workers]
    for worker in workers:
        worker.close()
    own = next(row for row in results if row["name"] == "edgeprof")
    peers = [row for row in results if row["name"] != "edgeprof" and not row.get("failed")]
    comparison = {"model": model, "threads": threads, "rows": results}
    if own.get("failed") or not peers:
        return comparison
    for key in ("lowest", "median"):
        figure = key + "Milliseconds"
        best = min(peers, key=lambda row: row[figure])
        same = [row for row in peers if row["name"].endswith("same file")]
        comparison[key] = {
            "bestPeer": best["name"],
            "ratio": best[figure] / own[figure],
            "sameFileRatio": min(row[figure] for row in same) / own[figure] if same else None,
        }
    return comparison


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def versions():
    from importlib.metadata import version

    return {name: version(name) for name in ("onnxruntime", "openvino", "nncf")}


def table(comparisons):
    lines = []
    for threads in sorted({comparison["threads"] for comparison in comparisons}):
        lines += [
            "",
            f"{threads} thread{'s' if threads > 1 else ''}: lowest / median ms; ratio = best peer / edgeprof, of the medians",
            "",
            "| model | edgeprof | best peer | | ratio | same file | edgeprof MB | best peer MB |",
            "|---|---|---|---|---|---|---|---|",
        ]
        ratios = []
        for comparison in comparisons:
            if comparison["threads"] != threads or "median" not in comparison:
                continue
            rows = {row["name"]: row for row in comparison["rows"]}
            own, best = rows["edgeprof"], rows[comparison["median"]["bestPeer"]]
            ratio, same = comparison["median"]["ratio"], comparison["median"]["sameFileRatio"]
            ratios.append(ratio)
            times = [f"{row['lowestMilliseconds']:.2f} / {row['medianMilliseconds']:.2f}" for row in (own, best)]
            memory = [f"{row['peakRssBytes'] / 1e6:.0f}" for row in (own, best)]
            lines.append(
                f"| {comparison['model']} | {times[0]} | {times[1]} | {best['name']} | {ratio:.2f} | "
                f"{f'{same:.2f}' if same else '–'} | {memory[0]} | {memory[1]} |"
            )
        if ratios:
            mean = math.exp(sum(math.log(ratio) for ratio in ratios) / len(ratios))
            lines.append(f"| geometric mean | | | | {mean:.2f} | | | |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--edgeprof", required=True)
    parser.add_argument("--worker", required=True)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--cache", default=str(Path(tempfile.gettempdir()) / "edgeprof-bench-peers"))
    parser.add_argument("--output")
    options = parser.parse_args()
    comparisons = []
    for model in options.models.split(","):
        folder = Path(options.cache) / model
        prepare(options.edgeprof, model, folder)
        for threads in map(int, options.threads.split(",")):
            comparison = compare(options, model, threads, folder)
            comparisons.append(comparison)
            if "median" in comparison:
                print(f"{model}, {threads}: {comparison['median']['ratio']:.2f}", file=sys.stderr)
    report = {
        "processor": processor(),
        "takenAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "rounds": options.rounds,
        "secondsPerRound": options.seconds,
        "versions": versions(),
        "comparisons": comparisons,
    }
    if options.output:
        Path(options.output).parent.mkdir(parents=True, exist_ok=True)
        Path(options.output).write_text(json.dumps(report, indent=1) + "\n")
    print(table(comparisons))


if __name__ == "__main__":
    main()
