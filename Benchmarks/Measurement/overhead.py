#!/usr/bin/env python3
"""What counters and per-layer timing cost, how well runs repeat, and how near the layers' sum comes to the whole.

usage: overhead.py [--edgeprof PROGRAM] [--rounds N] [--duration D] MODEL...

Takes turns: a round is one run with counters and layers and one with neither, in random order, each a process of its own.
Prints, for each model,
  added     ratio of the medians of a round's two runs: median over rounds, with its 95 % interval (order statistics, no
            distribution assumed)
  repeats   how far two runs in a row of one kind lie apart: median, 90th percentile and share within 3 %
  layers    sum of the layers' medians over the run's median latency: median over rounds, lowest and highest
A quiet CPU is the caller's matter: run under taskset.
"""

import argparse
import json
import math
import random
import statistics
import subprocess
import sys


def profile(program, model, duration, measured):
    """One run; `measured` is whether counters and layers are taken."""
    options = ["--layers"] if measured else ["--no-counters"]
    answer = subprocess.run(
        [program, "profile", model, "--duration", duration, "--format", "json", *options],
        stdout=subprocess.PIPE,
        check=True,
    )
    run = json.loads(answer.stdout)["runs"][0]
    if run["outcome"] != "ok":
        sys.exit(f"{model}: {run['outcome']}: {run.get('outcomeReason')}")
    return run


def median_latency(run):
    """The median at the histogram's three digits is too coarse for 1 %: the mean of the middle half of the queries."""
    pairs = run["latencyNanoseconds"]["histogram"]
    count = sum(number for _, number in pairs)
    low, high, seen, total = count / 4, 3 * count / 4, 0, 0.0
    for nanoseconds, number in pairs:
        total += nanoseconds * max(0, min(seen + number, high) - max(seen, low))
        seen += number
    return total / (high - low)


def interval(values, confidence=0.95):
    """Interval of the median from order statistics: ranks whose binomial tails hold the rest (Conover 1999, 3.2)."""
    values = sorted(values)
    count, tail, rank = len(values), 0.0, 0
    while rank < count // 2:
        tail += math.comb(count, rank) / 2**count
        if tail > (1 - confidence) / 2:
            break
        rank += 1
    if rank == 0:
        return -math.inf, math.inf  # Too few rounds to say.
    return values[rank - 1], values[count - rank]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--edgeprof", default=".build/release/edgeprof")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--duration", default="500ms")
    options = parser.parse_args()
    print(f"{'model':<20} {'added':>24} {'repeats: median, p90, within 3 %':>34} {'layers: median, range':>28}")
    for model in options.models:
        profile(options.edgeprof, model, "100ms", True)  # Packs the plan and measures the ceilings.
        runs = {True: [], False: []}
        sums = []
        for _ in range(options.rounds):
            for measured in random.sample([True, False], 2):
                run = profile(options.edgeprof, model, options.duration, measured)
                runs[measured].append(median_latency(run))
                if measured:
                    layers = sum(layer["nanoseconds"] for layer in run["layers"])
                    sums.append(layers / run["latencyNanoseconds"]["p50"])
        ratios = [counted / bare for counted, bare in zip(runs[True], runs[False])]
        low, high = interval(ratios)
        apart = sorted(abs(b / a - 1) for kind in runs.values() for a, b in zip(kind, kind[1:]))
        within = sum(value <= 0.03 for value in apart) / len(apart)
        added = f"{100 * (statistics.median(ratios) - 1):+.2f} % ({100 * (low - 1):+.2f}...{100 * (high - 1):+.2f})"
        repeats = f"{100 * statistics.median(apart):.2f} %, {100 * apart[int(0.9 * len(apart))]:.2f} %, {100 * within:.0f} %"
        layers = f"{statistics.median(sums):.3f} ({min(sums):.3f}...{max(sums):.3f})"
        print(f"{model:<20} {added:>24} {repeats:>34} {layers:>28}", flush=True)


if __name__ == "__main__":
    main()
