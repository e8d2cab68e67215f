"""Asks a collector on a store of millions of runs, and says how long it takes.

    swift build -c release --product edgeprof-collector && swift build -c release --product store-benchmark
    python3 Benchmarks/Store/store.py --runs 10000000                   # SQLite; needs 2.5 kB a run in --folder
    python3 Benchmarks/Store/store.py --runs 1000000 --store postgres://…

Fills a store first (a few minutes a million), unless --keep names one that is filled, and deletes it afterwards unless kept. Exits with 1
when a figure is not met: summary 95th percentile 100 ms, rank 300 ms cold and 100 ms remembered, a filtered page 50 ms, start
2 s. Skipped, and said so, where the runs would not fit the disk.
"""
import argparse
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

# The most a run may take on disk; half as much again for the write-ahead log and for what else the disk is for.
BYTES_PER_RUN = 2500
DEPLOYMENT = {
    "name": "benchmark", "demand": {"inferences_per_second": 20, "duty": 0.5, "sites": 200, "arrivals": "poisson"},
    "slo": {"percentile": 99, "milliseconds": 150}, "accuracy_floor": 0.6, "years": 3, "discount": 0.08, "usd_per_kwh": 0.15,
    "value": {"correct_usd": 0.00002, "wrong_usd": 0.00001},
}


class Collector:
    """A running collector and one connection to it."""

    def __init__(self, binary, options, token):
        self.token = token
        began = time.monotonic()
        self.process = subprocess.Popen([binary, "serve", "--port", "0", "--log-level", "error"] + options,
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r":(\d+)\s*$", line).group(1))
        self.connect()
        self.request("GET", "/readyz")
        self.start_seconds = time.monotonic() - began

    def connect(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def request(self, method, path, body=None, headers=None):
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if body is not None:
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status} {data[:500]}")
        return answer, data

    def timed(self, *arguments, **named):
        began = time.perf_counter()
        _, data = self.request(*arguments, **named)
        return 1000 * (time.perf_counter() - began), data

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def filters(collector, count, generator):
    """Questions of all kinds, each with others."""
    agents = [agent["id"] for agent in json.loads(collector.request("GET", "/v1/agents")[1])["agents"]]
    days = [time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 86400 * age)) for age in range(1, 700, 13)]
    sha = ["0123456789abcdef" * 3 + "00000000000000" + f"{model:02}" for model in range(50)]
    kinds = {
        "model": lambda: f"model-{generator.randrange(50)}", "sha256": lambda: generator.choice(sha),
        "agent": lambda: generator.choice(agents), "host": lambda: f"edge-{generator.randrange(200)}",
        "tier": lambda: f"board-{generator.randrange(1, 9)}g", "outcome": lambda: generator.choice(["ok", "oom", "timeout"]),
        "startedTo": lambda: generator.choice(days), "receivedFrom": lambda: days[generator.randrange(10)],
        "flags": lambda: generator.choice(["burst", "throttled", "burst,throttled"]),
        "withoutFlags": lambda: "throttled", "clockOff": lambda: generator.choice(["1"]),
    }
    for _ in range(count):
        names = generator.sample(sorted(kinds), generator.choice([1, 1, 2, 3]))
        yield "&".join(f"{name}={kinds[name]()}" for name in names)


def measure(collector, deployment, rounds):
    figures = {"start s": collector.start_seconds}
    cold, _ = collector.timed("GET", "/v1/summary")
    figures["summary, first ms"] = cold
    summaries = [collector.timed("GET", "/v1/summary")[0] for _ in range(rounds)]
    figures["summary p95 ms"] = percentile(summaries, 0.95)
    ranks, again = [], []
    for index in range(12):
        # Another question each time, so that none is remembered.
        question = {"deployment": {**deployment, "name": f"{deployment['name']} {index}"}}
        ranks.append(collector.timed("POST", "/v1/rank", question)[0])
        again += [collector.timed("POST", "/v1/rank", question)[0] for _ in range(5)]
    figures["rank cold p95 ms"] = percentile(ranks, 0.95)
    figures["rank remembered p95 ms"] = percentile(again, 0.95)
    generator = random.Random(5)
    pages, slowest, short = [], ("", 0), 0
    for query in filters(collector, rounds * 2, generator):
        path = f"/v1/runs?{query}"
        elapsed, data = collector.timed("GET", path)
        pages.append(elapsed)
        page = json.loads(data)
        if elapsed > slowest[1]:
            slowest = (query, elapsed)
        if len(page["runs"]) < 50 and page.get("nextCursor"):
            short += 1
        elif page.get("nextCursor"):
            pages.append(collector.timed("GET", path + "&cursor=" + page["nextCursor"])[0])
    figures["page p50 ms"] = percentile(pages, 0.5)
    figures["page p95 ms"] = percentile(pages, 0.95)
    print(f"{len(pages)} pages, {short} of them short; slowest {slowest[1]:.0f} ms: {slowest[0]}")
    for name in ("csv", "jsonl"):
        elapsed, data = collector.timed("GET", f"/v1/runs/export?format={name}&limit=10000")
        figures[f"export {name} runs/s"] = 1000 * data.count(b"\n") / elapsed
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000_000)
    parser.add_argument("--store", help="postgres://… of an empty database; SQLite in --folder unless given")
    parser.add_argument("--folder", help="where SQLite's store is made")
    parser.add_argument("--keep", help="a file for the store's token: with it the store is kept, and taken when it is there")
    parser.add_argument("--deployment", help="the deployment that is ranked, as JSON")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--bin", default=".build/release")
    arguments = parser.parse_args()
    folder = arguments.folder or tempfile.mkdtemp(prefix="edgeprof-store-")
    place = ["--store", arguments.store] if arguments.store else ["--data-dir", os.path.join(folder, "store")]
    if arguments.keep and os.path.exists(arguments.keep):
        token = open(arguments.keep).read().strip()
    else:
        free = shutil.disk_usage(folder).free
        if not arguments.store and free < arguments.runs * BYTES_PER_RUN * 1.5:
            print(f"skipped: {arguments.runs} runs need {arguments.runs * BYTES_PER_RUN * 1.5 / 1e9:.0f} GB free, "
                  f"{free / 1e9:.0f} are")
            return
        filled = subprocess.run([os.path.join(arguments.bin, "store-benchmark"), "--runs", str(arguments.runs)] + place,
                                stdout=subprocess.PIPE, text=True, check=True)
        token = filled.stdout.split()[-1]
        if arguments.keep:
            with open(arguments.keep, "w") as file:
                file.write(token)
    deployment = DEPLOYMENT
    if arguments.deployment:
        with open(arguments.deployment) as file:
            deployment = json.load(file)
    collector = Collector(os.path.join(arguments.bin, "edgeprof-collector"), place, token)
    try:
        figures = measure(collector, deployment, arguments.rounds)
        rss = next(line for line in open(f"/proc/{collector.process.pid}/status") if line.startswith("VmHWM"))
        figures["server RSS MB"] = int(rss.split()[1]) / 1000
    finally:
        collector.stop()
    if not arguments.store:
        size = sum(entry.stat().st_size for entry in os.scandir(place[1]))
        figures["bytes a run"] = size / arguments.runs
        if not arguments.keep:
            shutil.rmtree(place[1])
    for name, value in figures.items():
        print(f"{name:24} {value:12.2f}")
    limits = {"start s": 2, "summary p95 ms": 100, "rank cold p95 ms": 300, "rank remembered p95 ms": 100, "page p95 ms": 50}
    missed = [name for name, limit in limits.items() if figures[name] > limit]
    print("not met: " + ", ".join(missed) if missed else "all met")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
