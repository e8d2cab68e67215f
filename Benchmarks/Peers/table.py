"""Markdown tables of peers.py's results, for docs/performance.md."""

import math


def geometric_means(comparisons):
    """By threads, of the ratios best peer / edgeprof, and of those on the same file."""
    means = {}
    for threads in sorted({comparison["threads"] for comparison in comparisons}):
        means[str(threads)] = {}
        for key in ("ratio", "sameFileRatio"):
            values = [
                comparison["median"][key]
                for comparison in comparisons
                if comparison["threads"] == threads and comparison.get("median", {}).get(key)
            ]
            if values:
                means[str(threads)][key] = math.exp(sum(map(math.log, values)) / len(values))
    return means


def lines_of(header, rows):
    return [f"| {' | '.join(header)} |", "|" + "---|" * len(header), *(f"| {' | '.join(row)} |" for row in rows)]


def milliseconds(row):
    return f"{row['lowestMilliseconds']:.2f} / {row['medianMilliseconds']:.2f}" if "medianMilliseconds" in row else "–"


def two_decimals(value):
    return f"{value:.2f}" if value else "–"


def summary(report, threads):
    rows = []
    for comparison in report["comparisons"]:
        if comparison["threads"] != threads or "median" not in comparison:
            continue
        by_name = {row["name"]: row for row in comparison["rows"]}
        median = comparison["median"]
        own, best = by_name["edgeprof"], by_name[median["bestPeer"]]
        rows.append(
            [
                comparison["model"],
                milliseconds(own),
                milliseconds(best),
                median["bestPeer"],
                two_decimals(median["ratio"]),
                two_decimals(median["sameFileRatio"]),
                two_decimals(comparison["lowest"]["ratio"]),
            ]
        )
    means = report["geometricMeans"].get(str(threads), {})
    rows.append(
        ["geometric mean", "", "", "", two_decimals(means.get("ratio")), two_decimals(means.get("sameFileRatio")), ""]
    )
    header = ["model", "edgeprof", "best peer", "", "ratio", "same file", "of the lowest"]
    return [f"**{threads} thread{'s' if threads > 1 else ''}**", "", *lines_of(header, rows)]


def every_row(report, threads):
    """Every row's lowest and median."""
    comparisons = [comparison for comparison in report["comparisons"] if comparison["threads"] == threads]
    names = []
    for comparison in comparisons:
        for row in comparison["rows"]:
            if row["name"] not in names and row["name"] != "edgeprof, from cache":
                names.append(row["name"])
    rows = []
    for comparison in comparisons:
        by_name = {row["name"]: row for row in comparison["rows"]}
        rows.append([comparison["model"], *(milliseconds(by_name.get(name, {})) for name in names)])
    return lines_of(["model", *names], rows)


def starts(report):
    """Time to the first result and peak memory; a peer's without its Python interpreter's start."""
    threads = min(comparison["threads"] for comparison in report["comparisons"])
    rows = []
    for comparison in report["comparisons"]:
        if comparison["threads"] != threads or "median" not in comparison:
            continue
        by_name = {row["name"]: row for row in comparison["rows"] if not row.get("failed")}
        own, cached = by_name["edgeprof"], by_name.get("edgeprof, from cache")
        peers = [row for row in by_name.values() if row["kind"] == "peer"]
        quickest = min(peers, key=lambda row: row["firstResultMilliseconds"] - row["interpreterMilliseconds"])
        smallest = min(peers, key=lambda row: row["peakRssBytes"])
        best = by_name[comparison["median"]["bestPeer"]]
        megabytes = lambda row: f"{row['peakRssBytes'] / 1e6:.0f}"
        start = lambda row: f"{row['firstResultMilliseconds'] - row['interpreterMilliseconds']:.0f}"
        rows.append(
            [
                comparison["model"],
                f"{own['firstResultMilliseconds']:.0f}",
                f"{cached['firstResultMilliseconds']:.0f}" if cached else "–",
                start(best),
                f"{start(quickest)} ({quickest['name']})",
                megabytes(own),
                megabytes(cached) if cached else "–",
                f"{report['measuringProcessPeakRssBytes'][comparison['model']] / 1e6:.1f}",
                megabytes(best),
                f"{megabytes(smallest)} ({smallest['name']})",
            ]
        )
    header = ["model", "start, ms", "from cache", "best peer", "quickest peer"]
    header += ["peak RSS, MB", "from cache", "edgeprof-measure", "best peer", "smallest peer"]
    return lines_of(header, rows)


def cosines(form):
    return f"{form['sameFile']:.4f} / {form['float']:.4f}" if form else "fails"


def similarity(report):
    names = []
    for forms in report["similarity"].values():
        names += [name for name in forms if name not in names]
    rows = [
        [model, *(cosines(forms.get(name)) for name in names)]
        for model, forms in report["similarity"].items()
    ]
    return lines_of(["model", *names], rows)


def table(report):
    report.setdefault("geometricMeans", geometric_means(report["comparisons"]))
    used = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines = [
        f"{report['processor']}, {report['takenAt'][:10]}; {used}; instruction set: {report['isa']}; lowest / median ms; "
        "ratio = best peer / edgeprof."
    ]
    threads_taken = sorted({comparison["threads"] for comparison in report["comparisons"]})
    for threads in threads_taken:
        lines += ["", *summary(report, threads)]
    for threads in threads_taken:
        lines += ["", f"Every row, {threads} thread{'s' if threads > 1 else ''}:", "", *every_row(report, threads)]
    lines += ["", "From process start to the first result, and memory:", "", *starts(report)]
    lines += ["", "Least cosine of the output with the same file's / with the float file's:", "", *similarity(report)]
    return "\n".join(lines)
