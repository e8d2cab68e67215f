"""Small int8 graphs: the engine against the numpy referee and against ONNX Runtime."""

import numpy as np

import engine
import networks
import peers
import reference


def run(cases, report, work, processes):
    """Judges every case; the batch runner works while the referees compute."""
    sets = engine.instruction_sets()
    plans = [f"naive@{isa}" for isa in sets] + [f"fused@{sets[0]}"]
    report.facts["instruction sets"] = ", ".join(sets)
    requests = []
    for case in cases:
        folder = work / "int8" / case.name
        engine.write_sample(folder, case.model, case.samples)
        requests.append((folder, len(case.samples), plans, *engine.open_batch(case.model, case.samples)))
    answers = engine.run_batch(requests, processes=processes)
    for case in cases:
        report.graphs += 1
        try:
            judge(case, report, work / "int8" / case.name, plans, answers)
        except Exception as error:  # a broken case is a failure of that case
            report.fail(case.name, f"{type(error).__name__}: {str(error)[:300]}")
    through_command_line(cases, report, work)


def through_command_line(cases, report, work):
    """Some graphs once more through `edgeprof run`: the runner's bits."""
    several = [c for c in cases if len(c.model.graph.input) > 1 or len(c.model.graph.output) > 1]
    symbolic = [c for c in cases if "symbolic" in c.name]
    for case in {c.name: c for c in cases[::40] + several[::8] + symbolic}.values():
        folder = work / "int8" / case.name
        inputs = [folder / f"s0_in{i}.npy" for i in range(len(case.model.graph.input))]
        outputs = [folder / f"cli_out{i}.npy" for i in range(len(case.model.graph.output))]
        arguments = ["run", folder / "model.onnx", "--plan", "naive"]
        for option, paths in (("--input", inputs), ("--output", outputs)):
            arguments += [word for path in paths for word in (option, path)]
        done = engine.command_line(arguments + (["--raw"] if np.load(inputs[0]).dtype.kind != "f" else []))
        if done.returncode != 0:
            report.fail(case.name, f"edgeprof run: exit code {done.returncode}, {done.stderr.strip()[:300]}")
            continue
        wanted = reference.run(case.model, case.samples[0])
        if distance(steps([[np.load(path) for path in outputs]], [wanted]), [[w.stored for w in wanted]]):
            report.fail(case.name, "edgeprof run gives other numbers than the numpy referee")
        report.facts["graphs also through edgeprof run"] = report.facts.get("graphs also through edgeprof run", 0) + 1


def judge(case, report, folder, plans, answers):
    expected = [reference.run(case.model, sample) for sample in case.samples]
    ort, ort_float = referee(case, report, expected)
    problem = answers.get(str(folder), "no answer from the runner")
    if problem is not None:
        report.row(report.operators, case.operator)
        report.fail(case.name, problem)
        return
    outputs = {plan: engine.read_outputs(folder, len(case.samples), plan, len(expected[0])) for plan in plans}
    naive = steps(outputs[plans[0]], expected)
    fused = steps(outputs[plans[-1]], expected)
    exact = [[output.stored for output in sample] for sample in expected]
    from_numpy = distance(naive, exact)
    from_naive = distance(fused, naive)
    if from_numpy:
        report.fail(case.name, f"the naive plan is {from_numpy} steps from the numpy referee")
    for plan in plans[1:-1]:
        if distance(steps(outputs[plan], expected), naive):
            report.fail(case.name, f"{plan} differs from {plans[0]}")
    mean = max(float(np.abs(a - b).mean()) for x, y in zip(fused, naive) for a, b in zip(x, y))
    limit = networks.MEAN_STEPS
    if "network" in case.tags:
        for name, other in (("ONNX Runtime", ort), ("unoptimised ONNX Runtime", ort_float)):
            apart = max(float(np.abs(a - b).mean()) for x, y in zip(naive, other) for a, b in zip(x, y))
            if apart > networks.MEAN_STEPS:
                report.fail(case.name, f"{name}: mean difference {apart:.3f} steps")
        # Untrained: outputs differ little, so that a step is small beside the roundings the fused plan skips.
        limit = 2 * networks.MEAN_STEPS
    if mean > limit or (from_naive > case.fused_steps and "network" not in case.tags):
        report.fail(case.name, f"the fused plan is {from_naive} steps from the naive one, mean {mean:.3f}")
    from_ort, from_ort_float = (None if o is None else distance(naive, o) for o in (ort, ort_float))
    noted = case.ort_note and from_ort is not None and from_ort > case.ort_steps
    if noted:
        report.note(case.name, f"{case.ort_note} ({from_ort} steps; unoptimised {from_ort_float})")
    elif "network" in case.tags:
        pass  # judged by the mean
    elif from_ort is not None and from_ort > case.ort_steps:
        report.fail(case.name, f"the naive plan is {from_ort} steps from ONNX Runtime (unoptimised {from_ort_float})")
    if from_ort_float is not None and from_ort_float > case.ort_steps and "network" not in case.tags:
        report.fail(case.name, f"the naive plan is {from_ort_float} steps from ONNX Runtime's float operators")
    report.row(
        report.operators, case.operator, numpy=from_numpy, ort=None if noted else from_ort, ortFloat=from_ort_float,
        fused=from_naive, fusedMean=mean,
    )  # fmt: skip


def referee(case, report, expected):
    """ONNX Runtime's stored integers, optimised and not; None where it cannot run the file, which must be foretold."""
    results = []
    for optimized in (True, False):
        try:
            outputs = peers.run(case.model.SerializeToString(), case.samples, optimized=optimized)
        except Exception as error:
            message = str(error)
            if not case.ort_refuses or case.ort_refuses not in message:
                report.fail(case.name, f"ONNX Runtime cannot run the file: {message[:300]}")
            elif optimized:
                report.note(case.name, f"ONNX Runtime's optimised graph fails: {case.ort_refuses}")
            results.append(None)
            continue
        results.append(steps(outputs, expected))
    return results


def steps(outputs, expected):
    """Outputs as stored integers, shapes checked."""
    for sample, wanted in zip(outputs, expected):
        for output, want in zip(sample, wanted):
            if output.shape != want.stored.shape:
                raise ValueError(f"an output has shape {output.shape}, not {want.stored.shape}")
    return [[w.steps_of(o) for o, w in zip(sample, wanted)] for sample, wanted in zip(outputs, expected)]


def distance(left, right):
    """The worst difference in steps."""
    return max(
        (int(np.abs(a - b).max(initial=0)) for x, y in zip(left, right) for a, b in zip(x, y)), default=0
    )
