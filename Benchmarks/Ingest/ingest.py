"""Starts a collector on an empty store, lets simulated agents load it, and looks into the store afterwards.

    swift build -c release --product edgeprof-collector && swift build -c release --product ingest-benchmark
    python3 Benchmarks/Ingest/ingest.py load --seconds 300            # as fast as it goes
    python3 Benchmarks/Ingest/ingest.py load --rate 1000 --gzip
    python3 Benchmarks/Ingest/ingest.py storm --agents 10000

Server and load share the CPUs of --cpus. Exits with 1 unless the store holds exactly what was acknowledged, each once.
"""
import argparse
import os
import resource
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("the collector does not listen")


def status(pid, field):
    with open(f"/proc/{pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field + ":")) * 1024


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as line:
        fields = line.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def verify(database, ids):
    """Exactly the acknowledged runs, each once; then how many bytes they take."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
        stored = [row[0] for row in store.execute("SELECT id FROM run")]
        intact = store.execute("PRAGMA quick_check").fetchone()[0]
        rollups = store.execute("SELECT count(*), sum(length(body)) FROM rollup").fetchone()
        body = store.execute("SELECT avg(length(document)) FROM run").fetchone()[0]
    lost, unknown = set(ids) - set(stored), set(stored) - set(ids)
    print(f"stored {len(stored)}, acknowledged {len(ids)}: lost {len(lost)}, twice {len(stored) - len(set(stored))}, "
          f"not acknowledged {len(unknown)}; quick_check {intact}")
    print(f"document {body or 0:.0f} bytes on average; {rollups[0]} rollups of {(rollups[1] or 0) / max(1, rollups[0]):.0f} bytes")
    return not lost and len(stored) == len(set(stored)) and intact == "ok"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["load", "storm"])
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--cpus", default="2,3")
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--keep", help="folder for the store, kept afterwards")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    with tempfile.TemporaryDirectory(prefix="edgeprof-ingest-") as temporary:
        folder = options.keep or temporary
        collector = os.path.join(options.bin, "edgeprof-collector")
        made = subprocess.run([collector, "init", "--data-dir", folder], capture_output=True, text=True, check=True)
        admin = next(word for word in made.stdout.split() if word.startswith("edgeprof_admin_"))
        port = free_port()
        log = open(os.path.join(temporary, "log"), "w")
        serve = ["taskset", "-c", options.cpus, collector, "serve", "--data-dir", folder, "--port", str(port),
                 "--log-level", "error"]
        server = subprocess.Popen(serve, stdout=log, stderr=log)
        try:
            wait_for(port)
            ids_path = os.path.join(temporary, "ids")
            load = ["taskset", "-c", options.cpus, os.path.join(options.bin, "ingest-benchmark"), options.mode,
                    "--port", str(port), "--admin", admin, "--rate", str(options.rate), "--ids", ids_path,
                    "--connections", str(options.connections), "--agents", str(options.agents)]
            if options.seconds:
                load += ["--seconds", str(options.seconds)]
            if options.gzip:
                load.append("--gzip")
            subprocess.run(load, check=True)
            print(f"server: {status(server.pid, 'VmHWM') / 1e6:.0f} MB RSS at most, {cpu_seconds(server.pid):.1f} s of CPU")
        finally:
            server.terminate()
            server.wait(60)
        with open(ids_path) as lines:
            ids = lines.read().split()
        database = os.path.join(folder, "collector.sqlite")
        sound = verify(database, ids)
        print(f"disk: {os.path.getsize(database) / max(1, len(ids)):.0f} bytes a run, rollups, agents and indices included")
        with open(os.path.join(temporary, "log")) as lines:
            for line in lines.readlines()[-5:]:
                print("log:", line.strip()[:300])
        sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
