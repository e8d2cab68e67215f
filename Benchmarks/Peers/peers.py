"""edgeprof against its peers on the same networks: `make bench-peers`.

Every runtime is a process of its own, pinned to the same CPUs, alive for the whole comparison. Rounds are interleaved, in
an order shuffled each round, so that a drifting machine touches all alike; a process that is not asked sleeps. Per
row: the lowest and the median of the rounds' medians, peak RSS (VmHWM), time from process start to the first result.
On a processor with AMX, which edgeprof does not use, the peers are compared without it, and shown with it beside that.

usage: peers.py --edgeprof PROGRAM --worker PROGRAM --plan-worker PROGRAM [--models A,B] [--threads 1,2] [--rounds N] [--seconds S] [--starts N]
                [--isa avx2|avxvnni|avx512vnni] [--assume-amx] [--output FILE] [--markdown]
       peers.py --markdown --from FILE     the table of results taken before
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import instruction_sets
from forms import MODELS, limits, prepare, present, similarities
from processes import Worker
from table import geometric_means, table

WORKER = Path(__file__).parent / "worker.py"


def rows_to_run(options, folder, plan):
    """Name, command without threads, environment and kind of each row. Kinds: edgeprof, peer, and context, which is shown
    but is not what edgeprof is compared with."""
    own = {"EDGEPROF_ISA": options.isa} if options.isa else {}
    yield "edgeprof", [options.worker, str(folder / "qdq.onnx")], own, "edgeprof"
    yield "edgeprof, from cache", [options.plan_worker, plan], own, "context"
    for name, runtime, file in present(folder, options.isa):
        command = [str(WORKER), runtime, str(folder / file)]
        limit = limits(runtime, options.isa or ("avx512vnni" if options.amx else None))
        if options.isa and options.isa != "avx512vnni" and not limit:
            continue  # Cannot be held to it.
        if options.amx:
            yield name, [sys.executable, command[0], "--without-amx", *command[1:]], limit, "peer"
            if not options.isa:
                yield f"{name}, with AMX", [sys.executable, *command], {}, "context"
        else:
            yield name, [sys.executable, *command], limit, "peer"


def compare(options, model, threads, folder, plan):
    cpus = sorted(os.sched_getaffinity(0))[-threads:]  # The first serves most interrupts.
    rows = list(rows_to_run(options, folder, plan))

    def start(row):
        name, command, environment, kind = row
        return Worker(name, [*command, str(threads)], cpus, environment, kind)

    # How long a start takes varies more than inference does: a few are tried, in the comparison of the fewest threads.
    starts = {row[0]: [] for row in rows}
    for _ in range(options.starts if threads == min(options.thread_counts) else 0):
        for row in random.sample(rows, len(rows)):
            worker = start(row)
            if not worker.failed:
                starts[worker.name].append((worker.first_result_milliseconds, worker.interpreter_milliseconds))
            worker.close()
    workers = [start(row) for row in rows]
    for _ in range(options.rounds):
        for worker in random.sample(workers, len(workers)):
            if not worker.failed:
                worker.run(options.seconds)
    results = [worker.result() for worker in workers]
    for worker, row in zip(workers, results):
        worker.close()
        if starts[worker.name]:
            first, interpreter = zip(*starts[worker.name])
            row["firstResultMilliseconds"] = statistics.median(first)
            row["interpreterMilliseconds"] = statistics.median(interpreter)
    return {"model": model, "threads": threads, "rows": results, **ratios(results)}


def ratios(results):
    own = next(row for row in results if row["kind"] == "edgeprof")
    peers = [row for row in results if row["kind"] == "peer" and not row.get("failed")]
    if own.get("failed") or not peers:
        return {}
    answer = {}
    for key in ("lowest", "median"):
        figure = key + "Milliseconds"
        best = min(peers, key=lambda row: row[figure])
        same = [row[figure] for row in peers if row["name"].endswith("same file")]
        answer[key] = {
            "bestPeer": best["name"],
            "ratio": best[figure] / own[figure],
            "sameFileRatio": min(same) / own[figure] if same else None,
        }
    return answer


def measuring_process(options, model):
    """Memory of the process that `edgeprof profile` measures in: while the plan is loaded, then while it runs."""
    command = [options.edgeprof, "profile", model, "--threads", "1", "--duration", "1s", "--format", "json"]
    environment = {**os.environ, **({"EDGEPROF_ISA": options.isa} if options.isa else {})}
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    memory = json.loads(answer.stdout)["runs"][0]["memory"]
    return max(memory["loadPeakRssBytes"], memory["peakRssBytes"])


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def versions():
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("onnxruntime", "openvino", "nncf", "ncnn", "pnnx"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            print(f"peers: {name} cannot be installed here; its rows are missing", file=sys.stderr)
    return found


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--edgeprof")
    parser.add_argument("--worker")
    parser.add_argument("--plan-worker")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--isa", choices=list(instruction_sets.ONEDNN))
    parser.add_argument("--assume-amx", dest="amx", action="store_true", default=instruction_sets.has_amx())
    parser.add_argument("--cache", default=str(Path(tempfile.gettempdir()) / "edgeprof-bench-peers"))
    parser.add_argument("--output")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--from", dest="taken")
    options = parser.parse_args()
    if not options.taken and not (options.edgeprof and options.worker and options.plan_worker):
        parser.error("--edgeprof, --worker and --plan-worker name the programs")
    if options.isa and not instruction_sets.processor_flags().issuperset(instruction_sets.FLAGS[options.isa]):
        parser.error(f"this processor has no {options.isa}")
    options.thread_counts = list(map(int, options.threads.split(",")))
    return options


def main():
    options = parse()
    if options.taken:
        print(table(json.loads(Path(options.taken).read_text())))
        return
    report = {
        "processor": processor(),
        "takenAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "rounds": options.rounds,
        "secondsPerRound": options.seconds,
        "isa": options.isa or "best",
        "peersWithoutAMX": options.amx,
        "versions": versions(),
        "similarity": {},
        "measuringProcessPeakRssBytes": {},
        "comparisons": [],
    }
    for model in options.models.split(","):
        folder = Path(options.cache) / model
        prepare(options.edgeprof, model, folder, options.isa)
        report["similarity"][model] = similarities(folder, options.isa)
        report["measuringProcessPeakRssBytes"][model] = measuring_process(options, model)
        environment = {**os.environ, **({"EDGEPROF_ISA": options.isa} if options.isa else {})}
        with tempfile.NamedTemporaryFile(suffix=".plan", dir=folder) as plan:
            subprocess.run([options.worker, "--pack", folder / "qdq.onnx", plan.name], check=True, env=environment)
            for threads in options.thread_counts:
                comparison = compare(options, model, threads, folder, plan.name)
                report["comparisons"].append(comparison)
                if "median" in comparison:
                    print(f"{model}, {threads}: {comparison['median']['ratio']:.2f}", file=sys.stderr)
    report["geometricMeans"] = geometric_means(report["comparisons"])
    if options.output:
        Path(options.output).parent.mkdir(parents=True, exist_ok=True)
        Path(options.output).write_text(json.dumps(report, indent=1) + "\n")
    if options.markdown or not options.output:
        print(table(report))


if __name__ == "__main__":
    main()
