"""Whether the engine has become slower than what is committed here: `make bench-check`.

instructions.json: instructions one inference takes, in all and in each function that takes 1 % of them, counted by
callgrind. It knows no AVX-512, so the plan is packed for AVX2. What two inferences take less what one takes leaves the
start out. Counts repeat to a few instructions in a hundred million, so a rise of more than the tolerance fails, and a
fall of more asks for a lower baseline. Another compiler gives other counts: the file says which one made it.

shares.json: share of this core's peak each matrix product reaches, a ratio measured in interleaved rounds. It depends on
what else the machine does, so it warns, and fails only with --strict-shares, for an idle one.

usage: check.py --edgeprof P --peer-worker P --plan-worker P [--update] [--strict-shares]
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
NETWORKS = ["shufflenet_v2_x1_0", "mobilenet_v2", "resnet18", "densenet121"]
LEAST_SHARE_OF_INSTRUCTIONS = 0.01


def self_costs(path):
    """Instructions by function, callees not included, of a callgrind file (Valgrind manual, "Callgrind Format")."""
    names, costs, function, is_call = {}, {}, None, False
    for line in path.read_text(errors="replace").splitlines():
        if line.startswith(("fn=", "cfn=")):
            # `(12) name` the first time, `(12)` after that.
            number, _, name = line.partition("=")[2].partition(" ")
            called = names.setdefault(number, name or number)
            function = called if line.startswith("fn=") else function
        elif line.startswith("calls="):
            is_call = True
        elif re.match(r"[-+*\d]", line):
            if not is_call and function:
                costs[function] = costs.get(function, 0) + int(line.split()[1])
            is_call = False
    return costs


def count(worker, plan, runs, folder):
    output = folder / "callgrind.out"
    valgrind = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={output}"]
    # Swift seeds its hash tables at random unless told not to.
    environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
    subprocess.run([*valgrind, worker, plan, "--runs", str(runs)], check=True, env=environment)
    return self_costs(output)


def demangled(names):
    """Names as they are in the source, with their module in front."""
    swift = shutil.which("swift")
    if not swift or not names:
        return {name: name for name in names}
    answer = subprocess.run(
        [swift, "demangle", "--compact", "--simplified"],
        input="\n".join(names) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    modules = (re.match(r"\$s(\d+)(\w+)", name) for name in names)
    prefixes = (f"{found.group(2)[: int(found.group(1))]}." if found else "" for found in modules)
    return {name: prefix + plain for name, prefix, plain in zip(names, prefixes, answer.stdout.splitlines())}


def instructions(options, folder):
    # Its debug information is of a version Debian's Valgrind cannot read.
    worker = folder / "plan-worker"
    subprocess.run(["strip", "--strip-debug", "-o", worker, options.plan_worker], check=True)
    counts = {}
    for network in NETWORKS:
        model, plan = folder / f"{network}.onnx", folder / f"{network}.plan"
        subprocess.run([options.edgeprof, "export", network, "-o", model], check=True, stdout=subprocess.DEVNULL)
        environment = {**os.environ, "EDGEPROF_ISA": "avx2"}
        subprocess.run([options.peer_worker, "--pack", model, plan], check=True, env=environment)
        once, twice = (count(worker, plan, runs, folder) for runs in (1, 2))
        costs = {name: cost - once.get(name, 0) for name, cost in twice.items()}
        total = sum(costs.values())
        hot = [name for name, cost in costs.items() if cost >= LEAST_SHARE_OF_INSTRUCTIONS * total]
        plain = demangled(hot)
        functions = {}
        for name in sorted(hot, key=costs.get, reverse=True):
            functions[plain[name]] = functions.get(plain[name], 0) + costs[name]
        counts[network] = {"total": total, "functions": functions}
    return counts


def shares(options):
    """Per cent of the peak, by kernel and shape."""
    command = [options.edgeprof, "kernels", "--bench", "--family", "gemm", "--rounds", "9", "--format", "json"]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    rows = [row for row in json.loads(answer.stdout)["results"] if row.get("share") is not None]
    return {f"{row['kernel']} {row['shape']}": round(100 * row["share"], 1) for row in rows}


def compiler():
    answer = subprocess.run(["swift", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found = re.search(r"Swift version ([\d.]+)", answer.stdout)
    return found.group(1) if found else "unknown"


def check_instructions(counts, baseline):
    """Prints a line a network and one for each function that moved; says whether any rose beyond the tolerance."""
    tolerance, failed = baseline["tolerance"], False
    if baseline["compiler"] != compiler():
        print(f"the baseline was made by Swift {baseline['compiler']}, this build by {compiler()}: a change may be the compiler's")
    for network, known in baseline["networks"].items():
        found = counts[network]
        lines = [("total", known["total"], found["total"])]
        for name, cost in known["functions"].items():
            if name in found["functions"]:
                lines.append((name, cost, found["functions"][name]))
            else:
                print(f"{network}: {name} takes less than 1 % now, or is named otherwise")
        for name, before, now in lines:
            change = now / before - 1
            verdict = "ok"
            if change > tolerance:
                verdict, failed = "MORE", True
            elif change < -tolerance:
                verdict = "fewer: lower the baseline with --update"
            if name == "total" or verdict != "ok":
                print(f"{network}: {name}: {now:,} instructions, {100 * change:+.2f} %: {verdict}")
    return failed


def check_shares(found, baseline):
    low = [name for name, share in baseline["shares"].items() if found.get(name, share) < share - baseline["tolerancePoints"]]
    for name in low:
        print(f"{name}: {found[name]:.1f} % of the peak, was {baseline['shares'][name]:.1f}: low (idle machine?)")
    missing = len([name for name in baseline["shares"] if name not in found])
    compared = len(baseline["shares"]) - missing
    print(f"{compared - len(low)} of {compared} products reach their share of the peak; {missing} kernels do not run here")
    return bool(low)


def main():
    parser = argparse.ArgumentParser()
    for program in ("edgeprof", "peer-worker", "plan-worker"):
        parser.add_argument(f"--{program}", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--strict-shares", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = instructions(options, Path(folder))
    found = shares(options)
    files = HERE / "instructions.json", HERE / "shares.json"
    if options.update:
        baselines = (
            {"compiler": compiler(), "isa": "avx2", "tolerance": 0.02, "networks": counts},
            {"tolerancePoints": 12, "shares": found},
        )
        for file, baseline in zip(files, baselines):
            file.write_text(json.dumps(baseline, indent=1) + "\n")
            print(f"wrote {file}")
        return 0
    baselines = [json.loads(file.read_text()) for file in files]
    failed = check_instructions(counts, baselines[0])
    low = check_shares(found, baselines[1])
    if failed:
        print("bench-check: more instructions than the baseline allows (Benchmarks/Thresholds/instructions.json)")
    return 1 if failed or (low and options.strict_shares) else 0


if __name__ == "__main__":
    sys.exit(main())
