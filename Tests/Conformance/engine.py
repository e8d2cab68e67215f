"""The engine under test: the batch runner for many small files, the command line for whole networks and bad ones."""

import os
import pathlib
import resource
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]


class NotBuilt(Exception):
    """A program is missing."""


def program(name):
    """The newest build of a program."""
    folder = os.environ.get("EDGEPROF_BUILD")
    folders = [pathlib.Path(folder)] if folder else [ROOT / ".build" / kind for kind in ("debug", "release")]
    built = [f / name for f in folders if (f / name).exists()]
    if not built:
        raise NotBuilt(f"{name} is not built; run: swift build --product {name}")
    return max(built, key=lambda path: path.stat().st_mtime)


def instruction_sets():
    """What this host can run, best first."""
    listed = subprocess.run([program("conformance-runner"), "--isas"], capture_output=True, text=True, check=True)
    return listed.stdout.split()


def write_sample(folder, model, samples):
    """Puts a model and its inputs where the runner looks for them."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [info.name for info in model.graph.input]
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for index, sample in enumerate(samples):
        for position, name in enumerate(names):
            np.save(folder / f"s{index}_in{position}.npy", sample[name])


def open_batch(model, samples):
    """A request's last part: the samples' batch, for a file whose inputs leave it open."""
    info = model.graph.input[0]
    dimensions = info.type.tensor_type.shape.dim
    return [samples[0][info.name].shape[0]] if dimensions and dimensions[0].dim_param else []


def read_outputs(folder, samples, plan, count):
    return [[np.load(folder / f"s{i}_{plan}_out{j}.npy") for j in range(count)] for i in range(samples)]


def run_batch(requests, *, processes=2, seconds=60, limit_bytes=None):
    """Runs requests (folder, samples, plans, batch where the file leaves it open); gives per folder None, or what went wrong.

    A crash or a hang costs the request it happens in: the rest go to a new process.
    """
    answers = {}
    parts = [requests[i::processes] for i in range(processes)]
    with ThreadPoolExecutor(processes) as pool:
        for part in pool.map(lambda part: run_serially(part, seconds, limit_bytes), parts):
            answers.update(part)
    return answers


def run_serially(requests, seconds, limit_bytes):
    answers = {}
    pending = list(requests)
    while pending:
        lines = "".join(
            f"{folder}\t{samples}\t{','.join(plans)}\t{''.join(map(str, batch))}\n"
            for folder, samples, plans, *batch in pending
        )
        timed_out = False
        with subprocess.Popen(
            [program("conformance-runner")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, preexec_fn=lambda: limit(limit_bytes),
        ) as process:  # fmt: skip
            try:
                output, errors = process.communicate(lines, timeout=seconds + len(pending))
            except subprocess.TimeoutExpired:
                timed_out = True
                process.kill()
                output, errors = process.communicate()
        finished = [line.split("\t", 2) for line in output.splitlines() if line.startswith(("ok\t", "failed\t"))]
        for fields in finished:
            answers[fields[1]] = None if fields[0] == "ok" else fields[2]
        done = len(finished)
        if done < len(pending):
            reason = "takes too long" if timed_out else f"crash, signal {-process.returncode}"
            detail = errors.strip().splitlines()
            answers[str(pending[done][0])] = f"{reason}: {detail[0][:300] if detail else ''}"
            done += 1
        pending = pending[done:]
    return answers


def limit(limit_bytes, seconds=None):
    """Resource limits of a child: address space and processor time."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limit_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def command_line(arguments, *, seconds=300, limit_bytes=None):
    """Runs `edgeprof`; gives the finished process, return code negative for a signal."""
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
    return subprocess.run(
        [program("edgeprof"), *map(str, arguments)], capture_output=True, text=True, errors="replace",
        timeout=seconds, env=environment, preexec_fn=lambda: limit(limit_bytes, seconds),
    )  # fmt: skip
