"""Processes that have a model loaded and wait to be asked (worker.py, peer-worker)."""

import os
import statistics
import subprocess
import time
from pathlib import Path


class Worker:
    def __init__(self, name, command, cpus, environment=None, kind="peer"):
        self.name, self.kind, self.medians = name, kind, []
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, cpus)  # What is started inherits it.
        spawned = time.monotonic_ns()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        answer = self.process.stdout.readline().split()
        os.sched_setaffinity(0, allowed)
        self.failed = len(answer) != 3 or answer[0] != "ready"
        if not self.failed:
            began, first = map(int, answer[1:])
            self.interpreter_milliseconds = (began - spawned) / 1e6
            self.first_result_milliseconds = (first - spawned) / 1e6

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
        if self.failed:
            return {"name": self.name, "kind": self.kind, "failed": True}
        row = {
            "name": self.name,
            "kind": self.kind,
            "peakRssBytes": self.peak_rss(),
            # To the first result; and to the first line of its own program, a Python interpreter's start for the peers.
            "firstResultMilliseconds": self.first_result_milliseconds,
            "interpreterMilliseconds": self.interpreter_milliseconds,
        }
        if self.medians:
            row["lowestMilliseconds"] = min(self.medians)
            row["medianMilliseconds"] = statistics.median(self.medians)
        return row

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
            self.process.wait()
