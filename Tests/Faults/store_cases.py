"""The store in a SQLite file, when others, the disk or the file itself do it harm; and the collector killed under load."""
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import time

from case import case, fill_disk, mount_tmpfs
from faults_base import Skip
from load import Client, Load, check
from processes import BIN, Collector, wait_until

SEED = int(os.environ["EDGEPROF_FAULT_SEED"])


def readiness(collector, url=None):
    """What /readyz says: status, reason, seconds it took."""
    began = time.monotonic()
    status, _, content = Client(url or collector.url, timeout=10).send("GET", "/readyz")
    return status, json.loads(content).get("detail"), time.monotonic() - began


def told_unready(collector, seconds=20):
    """Waits until /readyz says that the store is not ready; the reason."""
    found = wait_until(lambda: (r := readiness(collector))[0] == 503 and r, seconds, "/readyz says 503", every=0.2)
    assert found[2] < 3 and found[1], found
    return found[1]


def recovered(collector, load, seconds=30):
    """Waits until runs are acknowledged again, by the same process; how long that took."""
    began, before = time.monotonic(), load.count()
    assert collector.process.is_running, "the collector ended"
    wait_until(lambda: load.count() > before, seconds, "runs are acknowledged again")
    wait_until(lambda: readiness(collector)[0] == 200, 10, "/readyz says 200")
    return time.monotonic() - began


def sound(collector):
    """SQLite's own word about the file; the ids of its runs."""
    database = sqlite3.connect(f"file:{collector.data}/collector.sqlite?mode=ro", uri=True, timeout=20)
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [row[0] for row in database.execute("SELECT id FROM run")]
    finally:
        database.close()


def settled(collector, load):
    """After the load: ends it and the collector, and compares."""
    load.stop()
    assert collector.process.stop() == 0, collector.process.log()[-500:]
    assert not load.broken, load.broken[:3]
    return check(load, sound(collector))


@case(collector=True)
def file_locked(folder, quick):
    """Another process holds the file longer than a transaction waits."""
    collector = Collector(folder).start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    other = sqlite3.connect(f"{collector.data}/collector.sqlite", isolation_level=None, timeout=20)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(0.5)
    held = load.count()
    reason = told_unready(collector)
    assert load.count() == held, "acknowledged while it could not be written"
    wait_until(lambda: "held by another process" in collector.process.log(), 10, "the log says why")
    other.execute("ROLLBACK")
    other.close()
    seconds = recovered(collector, load)
    refused = load.statuses[503]
    return f"{refused} requests 503, “{reason}”; again after {seconds:.1f} s; {settled(collector, load)}"


@case(collector=True)
def file_read_only(folder, quick):
    """The file and its log become unwritable under the collector (chattr +i)."""
    collector = Collector(folder).start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    files = [f"{collector.data}/collector.sqlite{suffix}" for suffix in ("", "-wal")]
    if subprocess.run(["chattr", "+i", *files], stderr=subprocess.DEVNULL).returncode:
        load.stop()
        raise Skip("files cannot be made immutable here")
    try:
        reason = told_unready(collector)
        held = load.count()
        time.sleep(2)
        assert load.count() == held, "acknowledged while it could not be written"
        refused = load.statuses[503]
        assert "Store failed" in collector.process.log()
    finally:
        subprocess.run(["chattr", "-i", *files], check=True)
    seconds = recovered(collector, load)
    return f"{refused} requests 503, “{reason}”; again after {seconds:.1f} s; {settled(collector, load)}"


@case(collector=True)
def disk_of_the_store_full(folder, quick):
    """Its disk is filled under load, and emptied."""
    mount_tmpfs(f"{folder}/disk", "24m")
    collector = Collector(folder, data=f"{folder}/disk/data").start()
    load = Load(collector, pause=0.05).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    filler = fill_disk(f"{folder}/disk")
    try:
        reason = told_unready(collector, 60)
        assert reason == "the collector's disk is full", reason
        held, refused = load.count(), load.statuses[503]
        # Reading goes on.
        assert collector.api("GET", "/v1/runs?limit=5")["runs"]
        wait_until(lambda: load.statuses[503] > refused + 10, 30, "requests are refused")
        late = load.count() - held
    finally:
        os.unlink(filler)
    seconds = recovered(collector, load)
    assert "no space is left" in collector.process.log()
    return (f"{load.statuses[503]} requests 503, “{reason}”, {late} runs found room; "
            f"again after {seconds:.1f} s; {settled(collector, load)}")


@case(collector=True)
def quota_reached(folder, quick):
    """No file may grow beyond a limit (RLIMIT_FSIZE, as a quota would have it), then they may."""
    collector = Collector(folder).start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    largest = max(os.path.getsize(f"{collector.data}/{name}") for name in os.listdir(collector.data))
    hard = resource.prlimit(collector.process.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(collector.process.pid, resource.RLIMIT_FSIZE, (largest + (1 << 16), hard))
    reason = told_unready(collector, 60)
    assert collector.process.is_running and "Store failed" in collector.process.log()
    wait_until(lambda: load.statuses[503] > 20, 30, "requests are refused")
    resource.prlimit(collector.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    seconds = recovered(collector, load)
    return f"{load.statuses[503]} requests 503, “{reason}”; again after {seconds:.1f} s; {settled(collector, load)}"


@case(collector=True)
def file_moved_away(folder, quick):
    """The file is moved away, as a careless backup does, and put back: what is written meanwhile would be lost."""
    collector = Collector(folder).start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    path = f"{collector.data}/collector.sqlite"
    os.rename(path, path + ".away")
    reason = told_unready(collector)
    held = load.count()
    time.sleep(1)
    assert load.count() == held, "acknowledged into a file that is not there"
    os.rename(path + ".away", path)
    seconds = recovered(collector, load)
    return f"{load.statuses[503]} requests 503, “{reason}”; again after {seconds:.1f} s; {settled(collector, load)}"


def damages(generator, whole):
    """Ways a file can be damaged, each a name and its bytes."""
    for _ in range(4):
        data = bytearray(whole)
        for _ in range(generator.randint(1, 40)):
            data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        yield "bits flipped", bytes(data)
    for _ in range(4):
        data = bytearray(whole)
        for _ in range(3):
            page = generator.randrange(len(data) // 4096) * 4096
            data[page:page + 4096] = generator.randbytes(4096)
        yield "pages of noise", bytes(data)
    for _ in range(3):
        yield "cut short", whole[:generator.randrange(1, len(whole))]
    yield "a page missing", whole[:8192] + whole[12288:]
    yield "no database", b"not a database\n" * 1000
    yield "empty", b""


@case(collector=True)
def file_damaged_before_start(folder, quick):
    """Whatever is in the file: refused in a sentence, or served with 200 and 503 only; the sound file is served again."""
    collector = Collector(folder).start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 300, 60, "runs are stored")
    load.stop()
    assert collector.process.stop() == 0
    path = f"{collector.data}/collector.sqlite"
    with open(path, "rb") as file:
        whole = file.read()
    refused = served = told = count = 0
    for what, data in damages(random.Random(SEED), whole):
        count += 1
        for suffix in ("-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.unlink(path + suffix)
        with open(path, "wb") as file:
            file.write(data)
        done = subprocess.run([f"{BIN}/edgeprof-collector", "migrate", "--check", "--data-dir", collector.data],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1, 3), (what, done)
        try:
            collector.start()
        except AssertionError as error:
            refused += 1
            assert collector.process.popen.returncode == 1, (what, collector.process.popen.returncode)
            assert len(collector.process.log().strip().splitlines()) == 1, (what, str(error))
            continue
        served += 1
        statuses = set()
        client = Client(collector.url, collector.token)
        for request in ("/v1/runs?limit=500", "/v1/agents", "/v1/summary", "/v1/tokens", "/v1/jobs", "/v1/audit", "/readyz"):
            statuses.add(client.send("GET", request)[0])
        for agent, token in load.agents:
            Client(collector.url, token).send("POST", f"/v1/agents/{agent}/heartbeat", {})
        # A damaged table of tokens knows the token no longer.
        assert statuses <= {200, 503, 401}, (what, statuses, collector.process.log()[-800:])
        told += 503 in statuses
        assert collector.process.is_running, what
        collector.process.stop()
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)
    with open(path, "wb") as file:
        file.write(whole)
    collector.start()
    assert readiness(collector)[0] == 200 and collector.process.stop() == 0
    return f"{count} damaged files: {refused} refused at the start, {served} served, {told} of them with 503; " \
           f"{check(load, sound(collector))}"


@case(collector=True)
def file_damaged_while_served(folder, quick):
    """Pages become noise under the collector: it says so, takes nothing more on, and serves the backup put in its place."""
    collector = Collector(folder).start()
    load = Load(collector, patience=False).start()
    wait_until(lambda: load.count() > 300, 60, "runs are stored")
    subprocess.run([f"{BIN}/edgeprof-collector", "backup", f"{folder}/backup", "--data-dir", collector.data], check=True,
                   capture_output=True)
    saved = {row[0] for row in sqlite3.connect(f"{folder}/backup").execute("SELECT id FROM run")}
    path, generator = f"{collector.data}/collector.sqlite", random.Random(SEED)
    # Kept in the log the pages would be read from there: they must be in the file.
    sqlite3.connect(path, timeout=20).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    with open(path, "r+b") as file:
        for page in range(2, os.path.getsize(path) // 4096):
            file.seek(page * 4096)
            file.write(generator.randbytes(4096))

    def met():
        status = Client(collector.url, collector.token).send("GET", "/v1/runs?limit=500")[0]
        assert status in (200, 401, 503), status
        return readiness(collector)[0] == 503
    wait_until(met, 60, "the damage is met")
    reason = readiness(collector)[1]
    assert "damaged" in reason, reason
    # What was under way when it was met may still end.
    time.sleep(0.5)
    before = load.count()
    time.sleep(1)
    assert load.count() == before, "more was taken on"
    load.stop()
    assert "damaged or not a store" in collector.process.log()
    collector.process.stop()
    shutil.move(collector.data, f"{folder}/damaged")
    subprocess.run([f"{BIN}/edgeprof-collector", "restore", f"{folder}/backup", "--data-dir", collector.data], check=True,
                   capture_output=True)
    collector.start()
    assert readiness(collector)[0] == 200 and collector.process.stop() == 0
    assert saved <= set(sound(collector))
    return f"503 “{reason}”, nothing taken on after it was met; the backup's {len(saved)} runs served"


@case(collector=True)
def collector_killed_under_load(folder, quick):
    """kill -9 at random moments while eight agents send: what was acknowledged is there, once."""
    count, generator = 8 if quick else 80, random.Random(SEED)
    collector = Collector(folder).start()
    load = Load(collector).start()
    for _ in range(count):
        time.sleep(generator.uniform(0.02, 0.8))
        collector.process.kill()
        collector.start()
    load.stop()
    collector.process.stop()
    return f"{count} kills; {check(load, sound(collector))}; {load.twice} sent again and known"


@case(collector=True)
def collector_stopped_under_load(folder, quick):
    """SIGTERM while eight agents send: it ends with 0, each request is answered or never begun."""
    count = 4 if quick else 20
    collector = Collector(folder).start()
    load = Load(collector).start()
    slowest = 0
    for _ in range(count):
        before = load.count()
        wait_until(lambda: load.count() > before + 20, 30, "runs are stored")
        began = time.monotonic()
        status = collector.process.stop()
        assert status == 0, (status, collector.process.log()[-500:])
        slowest = max(slowest, time.monotonic() - began)
        collector.start()
    load.stop()
    collector.process.stop()
    assert not load.broken, load.broken[:3]
    return (f"{count} stops, {slowest:.1f} s at most; 0 broken answers; {load.statuses[503]} answers 503; "
            f"{check(load, sound(collector))}")


@case(collector=True)
def second_collector_on_a_folder(folder, quick):
    """A second collector on the same folder is refused in a sentence, and does the first no harm."""
    collector = Collector(folder).start()
    load = Load(collector).start()
    wait_until(lambda: load.count() > 50, 30, "runs are stored")
    for _ in range(3):
        done = subprocess.run([f"{BIN}/edgeprof-collector", "serve", "--data-dir", collector.data, "--port", "0"],
                              capture_output=True, text=True, timeout=20)
        assert done.returncode == 1 and "another edgeprof-collector serves" in done.stderr, done
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return f"“{done.stderr.strip().split(': ', 1)[1].replace(collector.data, 'D')}”; {settled(collector, load)}"


CASES = [
    file_locked, file_read_only, disk_of_the_store_full, quota_reached, file_moved_away, file_damaged_before_start,
    file_damaged_while_served, collector_killed_under_load, collector_stopped_under_load, second_collector_on_a_folder,
]
