#!/usr/bin/env python3
"""Times `edgeprof plan` on a list of sites that all differ.

usage: sites.py EDGEPROF [SITES [MODELS [TIERS]]]   (1000 sites, 10 models, 6 tiers)

Prints the median of five rounds, interleaved, of: no budget; a budget of 60 % of what that costs; the same with stock.
Times are those of the whole process, reading the files and writing JSON included. Standard library only.
"""
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time


def inputs(folder, sites, models, tiers):
    rng = random.Random(7)
    (folder / "d.yaml").write_text(
        "demand: {inferences_per_second: 20, duty: 0.5, sites: %d}\nslo: {percentile: 99, milliseconds: 150}\n"
        "accuracy_floor: 0.6\nyears: 3\ndiscount: 0.08\nusd_per_kwh: 0.15\nvalue: {correct_usd: 0.00002, wrong_usd: 0.00001}\n"
        "tuning: {values_per_hyperparameter: 3, max_trials: 200, gpu_hours: 12, gpu_usd_per_hour: 2, engineer_hours: 0.5, "
        "engineer_usd_per_hour: 80}\n" % sites)
    lines = ["tiers:"]
    for tier in range(tiers):
        lines.append("  - {id: t%d, price_usd: %.2f, memory_mib: 8192, idle_watts: 3, active_watts: %.1f, "
                     "maintenance_per_year: 0.1, max_units_per_site: 12}" % (tier, 40 * 1.7 ** tier, 6 * 1.5 ** tier))
    (folder / "t.yaml").write_text("\n".join(lines) + "\n")
    families = ["resnet", "densenet", "vgg", "shufflenetv2", "mobilenetv2"]
    measurements = []
    for model in range(models):
        for tier in range(tiers):
            service = (30 + 12 * model) / 1.6 ** tier * rng.uniform(0.9, 1.1)
            measurements.append({
                "model": "m%02d" % model, "tier": "t%d" % tier, "family": families[model % len(families)],
                "throughputPerSecond": 1000 / service, "latencyMilliseconds": {"p50": service, "p90": service, "p99": service},
                "peakRssMib": 90, "accuracy": {"value": 0.68 + 0.01 * model, "source": "evaluated", "images": 5000},
                "hosts": [{"id": "h%d" % host, "runs": [
                    {"throughputPerSecond": 1000 / service / f, "p50": service * f, "p90": service * f, "p99": service * f,
                     "peakRssMib": 90}]} for host, f in enumerate([0.95, 1, 1.06])]})
    (folder / "m.json").write_text(json.dumps({"measurements": measurements}))
    rows = ["site,inferences_per_second,duty,owned:t1"]
    for site in range(sites):
        rows.append("s%d,%.3f,%.3f,%s" % (site, rng.uniform(1, 90), rng.uniform(0.1, 1), rng.choice(["", "", 1, 3])))
    (folder / "s.csv").write_text("\n".join(rows) + "\n")


def main():
    program = sys.argv[1]
    sites, models, tiers = ([int(a) for a in sys.argv[2:]] + [1000, 10, 6][len(sys.argv) - 2:])[:3]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        inputs(folder, sites, models, tiers)
        base = [program, "plan", "--deployment", folder / "d.yaml", "--tiers", folder / "t.yaml", "--measurements",
                folder / "m.json", "--sites", folder / "s.csv", "--format", "json"]

        def run(extra):
            start = time.perf_counter()
            answer = subprocess.run(base + extra, check=True, capture_output=True).stdout
            return time.perf_counter() - start, json.loads(answer)["sitePlan"]

        cost = run([])[1]["tcoUsd"]
        budget = ["--budget", "%.2f" % (0.6 * cost)]
        cases = {"no budget": [], "budget": budget, "budget, stock": budget + ["--stock", "t2=100", "--stock", "t3=20"]}
        times = {label: [] for label in cases}
        plans = {}
        for _ in range(5):
            for label, extra in cases.items():
                seconds, plans[label] = run(extra)
                times[label].append(seconds)
        print("%d sites, %d models on %d tiers, median of 5 [least, most] s" % (sites, models, tiers))
        for label, list_ in times.items():
            plan = plans[label]
            gap = plan["objectiveBoundUsd"] - plan["objectiveUsd"]
            print("%-14s %.2f [%.2f, %.2f]  objective %.0f USD, %s" % (
                label, statistics.median(list_), min(list_), max(list_), plan["objectiveUsd"],
                "proved best" if plan["isProvedBest"] else "at most %.2f USD (%.1e) below the best" % (
                    gap, gap / max(1, abs(plan["objectiveBoundUsd"])))))


if __name__ == "__main__":
    main()
