"""Starts a collector on an empty store, lets simulated agents load it, and looks into the store afterwards.

    swift build -c release --product edgeprof-collector && swift build -c release --product ingest-benchmark
    python3 Benchmarks/Ingest/ingest.py load --seconds 300                 # as fast as it goes
    python3 Benchmarks/Ingest/ingest.py load --rate 1000 --gzip --store postgresql
    python3 Benchmarks/Ingest/ingest.py storm --agents 10000 --tls
    python3 Benchmarks/Ingest/ingest.py mlflow --mlflow-python $(scripts/mlflow-env.sh)
    make bench-ingest                                                      # all of it, in ten minutes

Server, its database and the load share the CPUs of --cpus. Exits with 1 unless the store holds exactly what was acknowledged,
each once.
"""
import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

import peer
import stores


def status(pid, field):
    with open(f"/proc/{pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field + ":")) * 1024


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as line:
        fields = line.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Collector:
    """A collector on an empty store, and what agents do to it."""

    def __init__(self, options, folder, tls=False):
        self.options, self.folder, self.tls = options, folder, tls
        self.sent = []
        self.program = os.path.join(options.bin, "edgeprof-collector")
        self.store = stores.KINDS[options.store](options.keep or os.path.join(folder, "store"), options.cpus)
        made = subprocess.run([self.program, "init"] + self.store.options, capture_output=True, text=True)
        if made.returncode:
            sys.exit(made.stderr)
        self.admin = next(word for word in made.stdout.split() if word.startswith("edgeprof_admin_"))
        self.port = stores.free_port()
        self.log = os.path.join(folder, "log")
        serve = ["taskset", "-c", options.cpus, self.program, "serve", "--port", str(self.port), "--log-level", "error"]
        if tls:
            serve += self.certificate()
        with open(self.log, "w") as log:
            self.server = subprocess.Popen(serve + self.store.options, stdout=log, stderr=log)
        stores.wait_for(self.port, self.server)

    def certificate(self):
        key, certificate = (os.path.join(self.folder, name) for name in ("key.pem", "certificate.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        os.chmod(key, 0o600)
        return ["--tls-certificate", certificate, "--tls-key", key]

    def benchmark(self, mode, seconds=None, rate=0, gzip=False):
        """Lets agents work; what they counted."""
        report = os.path.join(self.folder, f"report-{len(self.sent)}")
        command = ["taskset", "-c", self.options.cpus, os.path.join(self.options.bin, "ingest-benchmark"), mode,
                   "--port", str(self.port), "--admin", self.admin, "--rate", str(rate), "--report", report, "--connections", str(self.options.connections),
                   "--agents", str(self.options.agents)]
        if seconds:
            command += ["--seconds", str(seconds)]
        command += ["--gzip"] * gzip + ["--tls"] * self.tls
        before = cpu_seconds(self.server.pid)
        subprocess.run(command, check=True)
        with open(report) as file:
            figures = json.load(file)
        with open(report + ".ids") as lines:
            ids = lines.read().split()
        self.sent += ids
        figures["cpuMillisecondsPerRun"] = round(1e3 * (cpu_seconds(self.server.pid) - before) / max(1, len(ids)), 3)
        figures["rssBytes"] = status(self.server.pid, "VmHWM")
        print(f"server: {figures['rssBytes'] / 1e6:.0f} MB RSS at most, {figures['cpuMillisecondsPerRun']:.2f} ms of CPU a run, "
              "enrolment included")
        return figures

    def finish(self):
        """Ends the collector; whether the store holds exactly the acknowledged runs, and what they take."""
        self.server.terminate()
        self.server.wait(60)
        figures = self.verify()
        self.store.stop()
        with open(self.log) as lines:
            for line in lines.readlines()[1:][-5:]:
                print("log:", line.strip()[:300])
        return figures

    def verify(self):
        stored = [row[0] for row in self.store.rows("SELECT id FROM run")]
        rollups, body = self.store.rows("SELECT count(*), avg(length(body)) FROM rollup")[0]
        document = self.store.rows("SELECT avg(length(document)) FROM run")[0][0]
        lost, unknown = set(self.sent) - set(stored), set(stored) - set(self.sent)
        twice, check = len(stored) - len(set(stored)), self.store.check()
        size = self.store.bytes() / max(1, len(stored))
        print(f"stored {len(stored)}, acknowledged {len(self.sent)}: lost {len(lost)}, twice {twice}, not acknowledged "
              f"{len(unknown)}; quick_check {check}")
        print(f"disk: {size:.0f} bytes a run, rollups, agents and indices included; document {float(document or 0):.0f}, "
              f"{rollups} rollups of {float(body or 0):.0f}")
        print("tables:", ", ".join(f"{name} {size / max(1, len(stored)):.0f}" for name, size in self.store.tables()))
        return {"lost": len(lost), "twice": twice, "unknown": len(unknown), "stored": len(stored),
                "bytesPerRun": round(size), "documentBytes": round(float(document or 0)),
                "isSound": not lost and not twice and check == "ok"}


def one(options, mode, title, tls=False, **arguments):
    """One collector, one load, one row of the table."""
    print(f"\n{title}")
    with tempfile.TemporaryDirectory(prefix="edgeprof-ingest-", dir=options.folder) as folder:
        collector = Collector(options, folder, tls)
        try:
            figures = collector.benchmark(mode, **arguments)
        except BaseException:
            collector.server.kill()
            collector.store.stop()
            raise
        row = {"title": title, "store": collector.store.name, **figures, **collector.finish()}
        failures = [what for what in figures["others"] if re.search(r"\b5(?!03)\d\d\b", what) or "without Retry-After" in what]
        if failures or mode == "storm" and figures["acknowledged"] != options.agents:
            print("not sound:", failures, figures["acknowledged"])
            row["isSound"] = False
        return row


def compare(options, rounds=3):
    """The collector and MLflow's tracking server in turns, the other one idle."""
    print("\nMLflow")
    with tempfile.TemporaryDirectory(prefix="edgeprof-ingest-", dir=options.folder) as folder:
        collector = Collector(options, folder)
        mlflow = peer.MLflow(options.mlflow_python, os.path.join(folder, "mlflow"), options.cpus)
        os.sched_setaffinity(0, {int(cpu) for cpu in options.cpus.split(",")})
        ratios, ours, theirs = [], [], []
        try:
            for _ in range(rounds):
                count, seconds = mlflow.load(options.seconds or 8)
                theirs.append(count / seconds)
                figures = collector.benchmark("load", seconds=options.seconds or 8)
                ours.append(figures["runsPerSecond"])
                ratios.append(ours[-1] / theirs[-1])
                print(f"runs/s: collector {ours[-1]:.0f}, MLflow {theirs[-1]:.1f}: {ratios[-1]:.0f} x")
        finally:
            mlflow.stop()
            os.sched_setaffinity(0, range(os.cpu_count()))
        sound = mlflow.verify()
        row = {"title": "MLflow", "ratio": sorted(ratios)[len(ratios) // 2], "ours": ours, "mlflow": theirs,
               **collector.finish()}
        row["isSound"] = row["isSound"] and sound
        return row


def everything(options):
    """All rows of docs/collector.md's table."""
    rows = [one(options, "load", "SQLite, sustained", seconds=options.seconds or 300)]
    rows.append(one(options, "load", "SQLite, gzip", seconds=15, gzip=True))
    rows.append(one(options, "storm", "SQLite, storm", seconds=10))
    rows.append(one(options, "storm", "SQLite, storm, TLS", tls=True, seconds=10))
    options.store = "postgresql"
    rows.append(one(options, "load", "PostgreSQL", seconds=40))
    options.store, options.seconds = "sqlite", None
    if options.mlflow_python:
        rows.append(compare(options))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["load", "storm", "mlflow", "all"])
    parser.add_argument("--seconds", type=float, help="of the load; within which a storm's agents come back")
    parser.add_argument("--rate", type=float, default=0, help="runs a second; as many as are taken unless given")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--store", choices=stores.KINDS, default="sqlite")
    parser.add_argument("--cpus", default="2,3")
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--keep", help="folder for SQLite's store, kept afterwards")
    parser.add_argument("--folder", help="where stores are made; the system's folder for temporary files unless given")
    parser.add_argument("--mlflow-python", help="an interpreter with MLflow")
    parser.add_argument("--output", help="file for the figures, as JSON")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if options.mode == "all":
        rows = everything(options)
    elif options.mode == "mlflow":
        rows = [compare(options)]
    else:
        title = f"{options.store}, {options.mode}" + ", TLS" * options.tls + ", gzip" * options.gzip
        arguments = {} if options.mode == "storm" else {"rate": options.rate, "gzip": options.gzip}
        rows = [one(options, options.mode, title, options.tls, seconds=options.seconds, **arguments)]
    if options.output:
        with open(options.output, "w") as file:
            json.dump({"cpus": options.cpus, "rows": rows}, file, indent=1)
            file.write("\n")
    sys.exit(0 if all(row["isSound"] for row in rows) else 1)


if __name__ == "__main__":
    main()
