"""What the suite found: failures as they come, tables at the end, the same as JSON."""

import json


class Report:
    def __init__(self, facts):
        self.facts = facts
        self.failures = []
        self.notes = []
        self.operators = {}
        self.floats = {}
        self.networks = []
        self.refusals = {}
        self.skipped = []
        self.graphs = 0

    def fail(self, name, problem):
        self.failures.append({"name": name, "problem": problem})
        print(f"FAILED {name}: {problem}", flush=True)

    def note(self, name, text):
        self.notes.append({"name": name, "note": text})

    def row(self, table, operator, **numbers):
        """Keeps the worst of each number, and counts."""
        row = table.setdefault(operator, {"graphs": 0})
        row["graphs"] += 1
        for key, value in numbers.items():
            if value is not None:
                row[key] = max(row.get(key, 0), value)

    def print(self):
        print()
        for key, value in self.facts.items():
            print(f"{key}: {value}")
        if self.operators:
            print("\nint8 graphs, worst difference in output steps (one step = one unit of the stored integer)")
            columns = [
                ("graphs", "graphs"), ("numpy", "naive:numpy"), ("ort", "naive:ORT"),
                ("ortFloat", "naive:ORT unoptimised"), ("fused", "fused:naive"),
                ("fusedMean", "mean"),
            ]  # fmt: skip
            table("operator", self.operators, columns)
        if self.floats:
            print("\nfloat graphs, worst difference from ONNX Runtime over the largest output")
            table("operator", self.floats, [("graphs", "graphs"), ("relative", "difference")])
        if self.networks:
            print("\nwhole networks")
            rows = {row["name"]: row for row in self.networks}
            keys = [k for k in self.networks[0] if k != "name"]
            for row in self.networks:
                keys += [k for k in row if k != "name" and k not in keys]
            table("network", rows, [(key, key) for key in keys])
        if self.refusals:
            print("\nbad files")
            table("kind", self.refusals, [(key, key) for key in ("files", "refused", "ran", "failed")])
        if self.notes:
            print("\nwhere ONNX Runtime differs")
            grouped = {}
            for entry in self.notes:
                grouped.setdefault(entry["note"], []).append(entry["name"])
            for note, names in grouped.items():
                print(f"  {note}: {', '.join(names)}")
        for reason in self.skipped:
            print(f"skipped: {reason}")
        print(
            f"conformance: {self.graphs} graphs, {len(self.networks)} networks, {len(self.failures)} failed", flush=True
        )

    def write(self, path):
        names = ("facts", "graphs", "operators", "floats", "networks", "refusals", "notes", "skipped", "failures")
        path.write_text(json.dumps({name: getattr(self, name) for name in names}, indent=1, default=float) + "\n")


def table(first, rows, columns):
    def text(value):
        if value is None:
            return "-"
        return f"{value:.3g}" if isinstance(value, float) and abs(value) < 0.99 else str(
            round(value, 6) if isinstance(value, float) else value
        )  # fmt: skip

    cells = [[first] + [title for _, title in columns]]
    cells += [[name] + [text(row.get(key)) for key, _ in columns] for name, row in sorted(rows.items())]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        print("  " + row[0].ljust(widths[0]) + "".join("  " + c.rjust(w) for c, w in zip(row[1:], widths[1:])))
