"""Latency under load, foretold and measured: `Benchmarks/Measurement/latency-under-load.py`.

ROI.md foretells the latency of a loaded unit from an offline run alone: its own percentile L and the waiting of Allen and
Cunneen, W_p = max(0, tau ln(C / (1 - p))). Each round takes an offline run and, right after it, `server` runs that let a
share of its throughput arrive, so that what drifts meets both; the round's foretold percentile is compared with the one
measured. Disturbed runs are taken again, up to --retries rounds in all: those with a disturbance flag, and those in which the
hypervisor or other programs had more than --most-others of the CPUs' time. A stall that a closed loop shows as one long query
delays every query that arrives in it, and at utilisation u the queue needs 1/(1 - u) times as long to recover: half a percent of
stolen time is far below what a flag takes, and all of the slowest hundredth. Medians over rounds.

usage: latency-under-load.py --edgeprof PROGRAM [--models A,B] [--utilisations 0.5,0.7] [--instances 1,2]
                             [--cpus 3 --cpus 2,3] [--rounds N] [--duration 20s] [--most-others 0.002] [--lock FILE]
                             [--json FILE]
"""

import argparse
import contextlib
import fcntl
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time

DISTURBANCES = {"stolen-time", "other-load", "clock-step", "swapping", "stopped", "cpus-changed"}
PERCENTILES = {"p50": 0.50, "p90": 0.90, "p99": 0.99}
LIMIT = 0.15


def erlang_c(servers, load):
    """The probability that a query waits."""
    term = inverse_b = 1.0
    for j in range(servers, 0, -1):
        term *= j / load
        inverse_b += term
    utilisation = load / servers
    return 1 / (utilisation + (1 - utilisation) * inverse_b)


def service_cv2(histogram):
    """Squared coefficient of variation of the latencies of an offline run, which are service times."""
    count = sum(pair[1] for pair in histogram)
    mean = sum(pair[0] * pair[1] for pair in histogram) / count
    return sum((pair[0] - mean) ** 2 * pair[1] for pair in histogram) / count / mean**2


def foretold(offline, instances, rate):
    """Percentiles under load in ms, by ROI.md's formula with Poisson arrivals."""
    throughput = offline["throughputPerSecond"]
    utilisation = rate / throughput
    service = 1000 * instances / throughput
    variability = (1 + service_cv2(offline["latencyNanoseconds"]["histogram"])) / 2
    tau = service / (instances * (1 - utilisation)) * variability
    waits = erlang_c(instances, instances * utilisation)
    return {
        name: offline["latencyNanoseconds"][name] / 1e6 + max(0.0, tau * math.log(waits / (1 - share)))
        for name, share in PERCENTILES.items()
    }


@contextlib.contextmanager
def held(path):
    """The box's turn, where several share it."""
    if not path:
        yield
        return
    with open(path, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def others_time(cpus):
    """CPU seconds that neither idled nor went to our own children, on some CPUs; None where that is not asked for."""
    if not cpus:
        return None
    used = 0
    with open("/proc/stat") as file:
        for line in file:
            fields = line.split()
            if fields[0].startswith("cpu") and fields[0][3:].isdigit() and int(fields[0][3:]) in cpus:
                user, nice, system, _, _, irq, softirq, steal = map(int, fields[1:9])
                used += user + nice + system + irq + softirq + steal
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used / os.sysconf("SC_CLK_TCK") - own.ru_utime - own.ru_stime


def profile(options, model, instances, cpus, *more):
    command = [options.edgeprof, "profile", model, "--instances", str(instances), "--threads", "1"]
    command += ["--duration", options.duration, "--format", "json", *more]

    def pin():
        if cpus:
            os.sched_setaffinity(0, cpus)

    began, before = time.monotonic(), others_time(cpus)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, preexec_fn=pin, text=True)
    run = json.loads(done.stdout)["runs"][0]
    share = (others_time(cpus) - before) / (len(cpus) * (time.monotonic() - began)) if cpus else 0
    if run["outcome"] != "ok":
        raise SystemExit(f"{model}: {run['outcome']}: {run.get('outcomeReason')}")
    run["isQuiet"] = share <= options.most_others and not DISTURBANCES & set(run["flags"])
    run["othersShare"] = share
    return run


def round_of(options, model, instances, cpus):
    """One offline run and the server runs that are shares of it; None for those that were disturbed."""
    with held(options.lock):
        offline = profile(options, model, instances, cpus, "--scenario", "offline")
        if not offline["isQuiet"]:
            return [None] * len(options.utilisations)
        rows = []
        for utilisation in options.utilisations:
            rate = utilisation * offline["throughputPerSecond"]
            server = profile(options, model, instances, cpus, "--scenario", "server", "--rate", f"{rate:.6f}")
            if not server["isQuiet"]:
                rows.append(None)
                continue
            rows.append(
                {
                    "foretold": foretold(offline, instances, rate),
                    "measured": {name: server["latencyNanoseconds"][name] / 1e6 for name in PERCENTILES},
                    "serviceCv2": service_cv2(offline["latencyNanoseconds"]["histogram"]),
                    "offline": {name: offline["latencyNanoseconds"][name] / 1e6 for name in PERCENTILES},
                    "ratePerSecond": rate,
                    "othersShare": max(offline["othersShare"], server["othersShare"]),
                    "queries": server["latencyNanoseconds"]["count"],
                }
            )
        return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edgeprof", required=True)
    parser.add_argument("--models", default="mobilenet_v2,resnet18")
    parser.add_argument("--utilisations", default="0.5,0.7")
    parser.add_argument("--instances", default="1,2")
    parser.add_argument("--cpus", action="append", default=[], help="for each count of instances in turn, e.g. 3 and 2,3")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--retries", type=int, default=5)
    parser.add_argument("--most-others", type=float, default=0.002)
    parser.add_argument("--duration", default="20s")
    parser.add_argument("--lock", help="a file to hold (flock) during a round")
    parser.add_argument("--json", help="where to write every round")
    options = parser.parse_args()
    options.utilisations = [float(text) for text in options.utilisations.split(",")]
    counts = [int(text) for text in options.instances.split(",")]
    cpus = [{int(cpu) for cpu in text.split(",")} for text in options.cpus] or [None] * len(counts)
    if len(cpus) != len(counts):
        parser.error("--cpus is given once for each count of --instances, or not at all")
    cases = [(model, *pair) for model in options.models.split(",") for pair in zip(counts, cpus)]
    results = {(model, count, u): [] for model, count, _ in cases for u in options.utilisations}

    def is_full(model, count):
        return all(len(results[model, count, u]) >= options.rounds for u in options.utilisations)

    for number in range(options.rounds + options.retries):
        for model, count, affinity in cases:
            if is_full(model, count):
                continue
            rows = round_of(options, model, count, affinity)
            for utilisation, row in zip(options.utilisations, rows):
                if row and len(results[model, count, utilisation]) < options.rounds:
                    results[model, count, utilisation].append(row)
            kept = sum(row is not None for row in rows)
            print(f"round {number + 1}: {model} x {count}: {kept} of {len(rows)} undisturbed", file=sys.stderr)
        if options.json:
            with open(options.json, "w") as file:
                json.dump([{"case": case, "rounds": rows} for case, rows in results.items()], file, indent=1)

    print("| model | instances | utilisation | rounds | p50 | p90 | p99 | measured p99 ms | |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---|")
    worst = 0.0
    for (model, count, utilisation), rows in results.items():
        if not rows:
            print(f"| {model} | {count} | {utilisation:g} | 0 | | | | | always disturbed |")
            continue
        ratios = {
            name: statistics.median(row["foretold"][name] / row["measured"][name] for row in rows) for name in PERCENTILES
        }
        error = abs(ratios["p99"] - 1)
        worst = max(worst, error)
        p99 = statistics.median(row["measured"]["p99"] for row in rows)
        cells = " | ".join(f"{ratios[name]:.2f}" for name in PERCENTILES)
        verdict = "" if error <= LIMIT else "above 15 %"
        print(f"| {model} | {count} | {utilisation:g} | {len(rows)} | {cells} | {p99:.2f} | {verdict} |")
    print("\nfigures under p50, p90, p99: foretold over measured, median over rounds")
    return 1 if worst > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
