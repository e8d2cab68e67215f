"""The store in PostgreSQL, when the server goes, comes back elsewhere, or has no room; and the collector killed under load."""
import os
import random
import shutil
import signal
import subprocess
import threading
import time

from case import case, fill_disk, mount_tmpfs
from load import Client, Load, check
from postgres import Server
from processes import Collector, children_of, wait_until
from store_cases import SEED, readiness, recovered, told_unready


def serving(folder, *settings, **places):
    """A server, and a collector on it."""
    server = Server(folder, **places).start(*settings)
    return server, Collector(folder, store=server.database()).start()


def settled(collector, load, server):
    load.stop()
    assert collector.process.stop() == 0, collector.process.log()[-500:]
    assert not load.broken, load.broken[:3]
    return check(load, server.run_ids())


@case(collector=True)
def server_restarted(folder, quick):
    """Stopped and started, or killed and started, under load: transactions wait for it and run again."""
    count, generator = 3 if quick else 20, random.Random(SEED)
    server, collector = serving(folder)
    load = Load(collector).start()
    for turn in range(count):
        before = load.count()
        wait_until(lambda: load.count() > before + 20, 60, "runs are stored")
        time.sleep(generator.uniform(0, 0.5))
        server.kill() if turn % 2 else server.stop()
        time.sleep(generator.uniform(0, 2))
        server.start(wait=False)
    wait_until(server.is_up, 60, "the server is up")
    recovered(collector, load)
    return (f"{count} restarts, every other by kill -9; {load.statuses[503]} requests 503, slowest answer "
            f"{load.slowest:.0f} s; {settled(collector, load, server)}")


@case(quick=False, collector=True)
def server_away(folder, quick):
    """Gone for longer than a fail-over takes: said soon, refused in time, over when it is back."""
    server, collector = serving(folder)
    load = Load(collector).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    server.stop()
    began = time.monotonic()
    reason = told_unready(collector, 5)
    told = time.monotonic() - began
    # Patience is over for those who met its beginning; those who come later are not kept.
    wait_until(lambda: load.statuses[503] >= 8, 30, "requests are refused")
    time.sleep(1)
    began = time.monotonic()
    status, headers, _ = Client(collector.url, collector.token).send("GET", "/v1/runs")
    late = time.monotonic() - began
    assert status == 503 and headers["Retry-After"] and late < 5, (status, late)
    server.start()
    seconds = recovered(collector, load)
    return (f"/readyz 503 after {told:.1f} s (“{reason}”); slowest answer {load.slowest:.0f} s, later ones {late:.2f} s; "
            f"again after {seconds:.1f} s; {settled(collector, load, server)}")


@case(quick=False, collector=True)
def server_frozen(folder, quick):
    """Its processes stop without closing anything (SIGSTOP), as on a disk that hangs."""
    server, collector = serving(folder)
    load = Load(collector).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    server.signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        reason = told_unready(collector, 6)
        told = time.monotonic() - began
        assert Client(collector.url).send("GET", "/healthz")[0] == 200
        time.sleep(3)
    finally:
        server.signal(signal.SIGCONT)
    seconds = recovered(collector, load)
    return (f"/readyz 503 after {told:.1f} s (“{reason}”); again after {seconds:.1f} s; "
            f"{settled(collector, load, server)}")


@case(collector=True)
def backends_terminated(folder, quick):
    """pg_terminate_backend on all connections, or some, again and again."""
    count, generator = 15 if quick else 100, random.Random(SEED)
    server, collector = serving(folder)
    load = Load(collector).start()
    ended = 0
    for _ in range(count):
        time.sleep(generator.uniform(0, 0.3))
        ended += len(server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
                                f"'edgeprof-collector' AND random() < {generator.choice([0.3, 1])}"))
    recovered(collector, load)
    assert not load.statuses[503], load.statuses
    return f"{ended} connections ended in {count} rounds; no request refused; {settled(collector, load, server)}"


@case(quick=False, collector=True)
def writers_in_each_others_way(folder, quick):
    """Two collectors write the same rows (heartbeats, jobs, runs of one job), and a table is locked for seconds."""
    server, collector = serving(folder)
    second = Collector(folder, store=server.url(), token=collector.token, name="second").start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 20, 30, "runs are stored")
    others = [Load(second, agents=4).start()]
    agent, token = load.agents[0]
    failures, jobs, over = [], [], threading.Event()

    def administrate(url):
        client = Client(url, collector.token)
        while not over.is_set():
            status, _, content = client.send("PUT", f"/v1/agents/{agent}/labels", {"labels": {"a": os.urandom(4).hex()}})
            if status != 200:
                failures.append((status, content[:200]))
            status, _, content = client.send("POST", "/v1/jobs", {
                "models": ["m"], "repetitions": 5, "labels": {}, "settings": {"scenario": "single-stream", "plan": "fused", "durationSeconds": 1}})
            jobs.append(status)
            if status != 201:
                failures.append((status, content[:200]))
    threads = [threading.Thread(target=administrate, args=(c.url,)) for c in (collector, second) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(3 if quick else 20)
    server.sql("BEGIN; LOCK TABLE run IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT")
    over.set()
    for thread in threads:
        thread.join(60)
    assert not failures, failures[:3]
    stored = int(server.sql("SELECT count(*) FROM job")[0])
    assert stored == len(jobs), (stored, len(jobs))
    retried = server.sql("SELECT xact_rollback FROM pg_stat_database WHERE datname = 'edgeprof'")[0]
    for other in others:
        other.stop()
    assert second.process.stop() == 0
    check(others[0], server.run_ids())
    return (f"{len(jobs)} jobs and as many labels by six writers, 0 refused, {retried} transactions run again; "
            f"{settled(collector, load, server)}")


@case(collector=True)
def disk_of_the_database_full(folder, quick):
    """The disk of its tables is filled under load, and emptied; the log has one of its own."""
    disk = f"/tmp/edgeprof-disk-{os.getpid()}-{os.urandom(4).hex()}"
    mount_tmpfs(disk, "96m")
    os.chmod(disk, 0o755)
    log = f"/tmp/edgeprof-wal-{os.getpid()}-{os.urandom(4).hex()}"
    server = None
    try:
        server, collector = serving(folder, data=f"{disk}/pg", wal=log)
        load = Load(collector, batch=20).start()
        wait_until(lambda: load.count() > 50, 30, "runs are stored")
        filler = fill_disk(disk)
        reason = told_unready_by_refusal(collector, load)
        held = load.count()
        os.unlink(filler)
        seconds = recovered(collector, load)
        return (f"{load.statuses[503]} requests 503, “{reason}”, {held} stored until then; again after {seconds:.1f} s; "
                f"{settled(collector, load, server)}")
    finally:
        if server:
            server.remove()
        subprocess.run(["umount", "-l", disk])
        os.rmdir(disk)
        shutil.rmtree(log, ignore_errors=True)


def told_unready_by_refusal(collector, load):
    """Waits until requests are refused, and for the reason they give."""
    wait_until(lambda: load.statuses[503] > 0, 90, "requests are refused")

    def reason():
        status, detail, _ = readiness(collector)
        return status == 503 and detail
    return wait_until(reason, 10, "/readyz says 503", every=0.1)


@case(quick=False, collector=True)
def log_of_the_database_full(folder, quick):
    """The disk of its write-ahead log is full: PostgreSQL ends itself, and is started when there is room."""
    disk = f"/tmp/edgeprof-disk-{os.getpid()}-{os.urandom(4).hex()}"
    mount_tmpfs(disk, "80m")
    os.chmod(disk, 0o755)
    server, collector = serving(folder, "min_wal_size=32MB", "max_wal_size=64MB", wal=f"{disk}/pg")
    try:
        load = Load(collector, batch=20).start()
        wait_until(lambda: load.count() > 50, 30, "runs are stored")
        filler = fill_disk(disk)
        # A segment of 16 MB has to be used up first.
        wait_until(lambda: "No space left" in server.process.log() or not server.process.is_running, 180,
                   "the log's disk is full")
        reason = told_unready(collector, 30)
        os.unlink(filler)
        if server.process.is_running:
            server.kill()
        server.start()
        seconds = recovered(collector, load, 60)
        return f"“{reason}”; again {seconds:.1f} s after its start; {settled(collector, load, server)}"
    finally:
        server.remove()
        subprocess.run(["umount", "-l", disk])
        os.rmdir(disk)


@case(quick=False, collector=True)
def no_connection_left(folder, quick):
    """Others take all of the server's connections while the collector's are ended."""
    server, collector = serving(folder, "max_connections=20")
    load = Load(collector).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    hogs = []

    def hog():
        return subprocess.Popen(
            [f"{server.bin}/psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(server.port), "-U", "edgeprof", "-d", "postgres",
             "-c", "SELECT pg_sleep(600)"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end and not load.statuses[503]:
            hogs = [h for h in hogs if h.poll() is None] + [hog() for _ in range(20)]
            time.sleep(0.5)
            end_backends(server, "edgeprof edgeprof 127.0.0.1")
        reason = told_unready(collector, 30)
    finally:
        for process in hogs:
            process.kill()
            process.wait()
        end_backends(server, "edgeprof postgres 127.0.0.1")
    wait_until(lambda: server.sql("SELECT 1", database="postgres", check=False), 30, "the server has connections again")
    seconds = recovered(collector, load, 60)
    return (f"“{reason}”, {load.statuses[503]} requests 503; again after {seconds:.1f} s; "
            f"{settled(collector, load, server)}")


def end_backends(server, title):
    """Ends connections by the system's means: there is none left to ask the server with."""
    for pid in children_of(server.process.pid):
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                if title in file.read():
                    os.kill(pid, signal.SIGTERM)
        except (FileNotFoundError, ProcessLookupError):
            pass


def primary_and_standby(folder):
    """Two servers, the second the first's synchronous standby."""
    first = Server(folder, "first").start()
    first.database()
    second = Server(folder, "second", made=False)
    second.run("pg_basebackup", "-D", second.data, "-d",
               f"host=127.0.0.1 port={first.port} user=edgeprof application_name=second", "-R", "-c", "fast")
    second.start(wait=False)
    first.sql("ALTER SYSTEM SET synchronous_standby_names = 'second'")
    first.sql("SELECT pg_reload_conf()")
    wait_until(lambda: first.sql("SELECT sync_state FROM pg_stat_replication") == ["sync"], 60, "the standby follows")
    return first, second


@case(collector=True)
def fail_over_to_a_standby(folder, quick):
    """The primary is killed under load and its synchronous standby promoted: what was acknowledged is there."""
    first, second = primary_and_standby(folder)
    collector = Collector(folder, store=first.url(second)).start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 200, 60, "runs are stored")
    # Work is under way all the time.
    first.kill()
    began = time.monotonic()
    told_unready(collector, 6)
    second.run("pg_ctl", "promote", "-D", second.data)
    recovered(collector, load, 40)
    seconds = time.monotonic() - began
    more = load.count()
    wait_until(lambda: load.count() > more + 100, 60, "work goes on")
    return (f"served by the standby {seconds:.1f} s after the primary was killed; {load.statuses[503]} requests 503; "
            f"{settled(collector, load, second)}")


@case(quick=False, collector=True)
def standby_away(folder, quick):
    """The synchronous standby ends: nothing can be promised until it is back, and that is said."""
    first, second = primary_and_standby(folder)
    collector = Collector(folder, store=first.url(second)).start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 100, 60, "runs are stored")
    second.stop()
    time.sleep(1)
    began, held = time.monotonic(), load.count()
    reason = told_unready(collector, 30)
    told = time.monotonic() - began
    assert load.count() == held, "acknowledged though the standby has it not"
    second.start(wait=False)
    seconds = recovered(collector, load, 60)
    load.stop()
    assert collector.process.stop() == 0
    wait_until(lambda: second.run_ids() and set(first.run_ids()) == set(second.run_ids()), 30, "the standby has all")
    return f"/readyz 503 after {told:.0f} s (“{reason}”); again after {seconds:.1f} s; {check(load, second.run_ids())}"


@case(collector=True)
def collector_killed_on_postgresql(folder, quick):
    """kill -9 of the collector at random moments while eight agents send."""
    count, generator = 5 if quick else 40, random.Random(SEED)
    server, collector = serving(folder)
    load = Load(collector).start()
    for _ in range(count):
        time.sleep(generator.uniform(0.05, 1))
        collector.process.kill()
        collector.start()
    load.stop()
    collector.process.stop()
    return f"{count} kills; {check(load, server.run_ids())}; {load.twice} sent again and known"


CASES = [
    server_restarted, server_away, server_frozen, backends_terminated, writers_in_each_others_way,
    disk_of_the_database_full, log_of_the_database_full, no_connection_left, fail_over_to_a_standby, standby_away,
    collector_killed_on_postgresql,
]
