"""Disks that are full, read-only or wrong, and spools that are damaged or large."""
import os
import shutil
import subprocess
import time

import records
from case import case, fill_disk, mount_tmpfs, need_mounts
from processes import BIN, Agent, Collector, wait_until
from proxy import Proxy


@case()
def torn_and_flipped(folder, quick):
    """A record cut at every byte, and one with a bit flipped in every byte, is set aside; the others arrive."""
    collector = Collector(folder).start()
    agent = Agent(collector, "agent")
    ids = records.fill(agent, 2)
    path = f"{agent.spool}/{records.name(2)}"
    with open(path, "rb") as file:
        whole = file.read()
    first, damaged = 1000, 0
    for length in range(len(whole)):
        with open(f"{agent.spool}/{records.name(first + damaged)}", "wb") as file:
            file.write(whole[:length])
        damaged += 1
    for place in range(len(whole)):
        bad = bytearray(whole)
        bad[place] ^= 1 << place % 8
        with open(f"{agent.spool}/{records.name(first + damaged)}", "wb") as file:
            file.write(bad)
        damaged += 1
    late = records.fill(agent, 1, first=first + damaged)
    began = time.monotonic()
    agent.start()
    wait_until(lambda: collector.run_ids() == set(ids + late), 60, "the whole ones arrive")
    seconds = time.monotonic() - began
    wait_until(lambda: not agent.waiting(), 60, "the spool drains")
    said = agent.process.log().count("was set aside")
    kept = [n for n in os.listdir(f"{agent.spool}/corrupt") if n.endswith(".record")]
    assert said == damaged and len(kept) == damaged, (said, len(kept), damaged)
    assert all(os.path.exists(f"{agent.spool}/corrupt/{n}.reason") for n in kept)
    assert agent.process.stop() == 0
    agent.start()
    agent.wait_for_log("0 runs wait", 20)
    assert "set aside" not in agent.process.log(), "looked at again"
    return (f"{damaged} damaged records of {len(whole)} bytes set aside with reasons, 3 whole ones stored, "
            f"{seconds:.1f} s")


@case()
def hundred_thousand_records(folder, quick):
    """Opening a long spool takes bounded time and memory: names are kept, not payloads."""
    count = 10_000 if quick else 100_000
    collector = Collector(folder).start()
    proxy = Proxy(collector)
    proxy.mode = "503"
    agent = Agent(collector, "agent", url=proxy.url)
    agent.start()
    agent.wait_for_log("0 runs wait", 20)
    time.sleep(0.5)
    empty = agent.process.memory("VmRSS")
    agent.process.stop()
    payload = b"{" + b" " * 200 + b"}"
    for number in range(1, count + 1):
        with open(f"{agent.spool}/{records.name(number)}", "wb") as file:
            file.write(records.encode(records.identifier(number), payload, records.identifier(number + 10**6)))
    began = time.monotonic()
    agent.start("--spool-limit", "1GiB")
    agent.wait_for_log(f"{count} runs wait", 120)
    seconds = time.monotonic() - began
    time.sleep(2)
    rss, peak = agent.process.memory("VmRSS"), agent.process.memory("VmHWM")
    assert agent.process.stop() == 0
    assert len(agent.waiting()) == count
    shutil.rmtree(agent.spool)
    # 72 bytes a record, the array's spare room, what loads the fewest pages of the folder's listing.
    assert rss - empty < 250 * count + (4 << 20), f"{rss - empty} bytes more than an empty spool's"
    assert seconds < 60
    return (f"{count} records open in {seconds:.1f} s (debug build); RSS {rss / 1e6:.1f} MB, peak {peak / 1e6:.1f} MB, "
            f"empty spool {empty / 1e6:.1f} MB")


@case(quick=False, measures=True)
def full_spool_keeps_the_best(folder, quick):
    """Over the cap, runs of least worth go first and are counted, in heartbeats too."""
    collector = Collector(folder).start()
    proxy = Proxy(collector)
    proxy.mode = "500"
    agent = Agent(collector, "agent", url=proxy.url)
    host = collector.api("GET", f"/v1/agents/{agent.id}")["host"]
    os.makedirs(agent.spool, exist_ok=True)
    for number in range(1, 257):
        payload = records.json.dumps(records.run(number, agent.id, host)).encode()
        with open(f"{agent.spool}/{records.name(number)}", "wb") as file:
            file.write(records.encode(records.identifier(number), payload, worth=0 if number % 2 else 2))
    job = collector.job(["shufflenet_v2_x0_5"], repetitions=3)
    agent.start("--spool-limit", "1MiB")
    wait_until(lambda: agent.process.log().count("measured ") == 3, 60, "three runs are taken")
    room = sum(os.stat(f"{agent.spool}/{n}").st_blocks * 512 for n in agent.waiting())
    assert room <= 1 << 20, room
    proxy.mode = "pass"
    collector.wait_for(job, 90)
    wait_until(lambda: not agent.waiting(), 60, "the spool drains")
    stored = collector.run_ids()
    with open(f"{agent.spool}/drops") as file:
        dropped = int(file.read())
    high = {records.identifier(n) for n in range(2, 257, 2)}
    assert high <= stored, f"{len(high - stored)} of high worth dropped"
    assert len(stored) == 256 + 3 - dropped and dropped > 0, (len(stored), dropped)
    oldest = [records.identifier(n) for n in range(1, 257, 2)][:dropped]
    assert not stored & set(oldest), "not the oldest of least worth"
    beat = wait_until(lambda: (h := agent.heartbeat())["droppedRecords"] == dropped and h, 60, "told of drops")
    return f"{dropped} of 259 dropped, all of least worth and the oldest; {room} of 1048576 bytes in blocks; " \
           f"heartbeat says {beat['droppedRecords']}"


@case()
def full_disk_of_the_collector(folder, quick):
    """A collector that cannot write acknowledges nothing; the runs arrive when there is room again."""
    mount_tmpfs(f"{folder}/disk", "6m")
    collector = Collector(folder, data=f"{folder}/disk/data").start()
    proxy = Proxy(collector)
    agent = Agent(collector, "agent", url=proxy.url)
    ids = records.fill(agent, 40, outcomeReason="x" * 900)
    # Sent away until it has its access token: without room the collector cannot give one.
    proxy.mode = "503"
    agent.start()
    wait_until(lambda: len(proxy.attempts) >= 1, 60, "uploads are tried")
    filler = fill_disk(f"{folder}/disk")
    refused = len(proxy.attempts)
    proxy.mode = "pass"
    try:
        # Its 503 asks to wait a while.
        wait_until(lambda: len(proxy.attempts) > refused, 60, "uploads fail")
        time.sleep(1)
        assert not proxy.acknowledged - collector.run_ids()
    finally:
        os.unlink(filler)
    wait_until(lambda: collector.run_ids() == set(ids), 150, "stored when there is room")
    return f"{len(proxy.attempts)} uploads, {len(ids)} of {len(ids)} runs stored once there was room"


@case(measures=True)
def disk_full(folder, quick):
    """A finished run that cannot be written is kept in memory and written when there is room."""
    need_mounts()
    collector = Collector(folder).start()
    agent = Agent(collector, "agent")
    mount_tmpfs(agent.spool, "256k")
    agent.start()
    agent.wait_for_log("0 runs wait", 20)
    filler = fill_disk(agent.spool)
    job = collector.job(["shufflenet_v2_x0_5"], repetitions=2)
    agent.wait_for_log("cannot be kept yet", 60)
    assert "No space left on device" in agent.process.log()
    os.unlink(filler)
    began = time.monotonic()
    collector.wait_for(job, 60)
    assert len(collector.run_ids()) == 2 and agent.process.log().count("measured ") == 2
    return f"2 of 2 runs stored {time.monotonic() - began:.0f} s after there was room, none measured twice"


@case(quick=False, measures=True)
def disk_read_only(folder, quick):
    """A disk gone read-only loses no finished run; an agent started on one says so in a sentence."""
    need_mounts()
    collector = Collector(folder).start()
    agent = Agent(collector, "agent")
    mount_tmpfs(agent.spool, "256k")
    agent.start()
    agent.wait_for_log("0 runs wait", 20)
    subprocess.run(["mount", "-o", "remount,ro", agent.spool], stderr=subprocess.DEVNULL)
    if not os.statvfs(agent.spool).f_flag & os.ST_RDONLY:
        # A file open for writing (the lock) keeps a file system writable; a mount of it need not be.
        subprocess.run(["mount", "--bind", agent.spool, agent.spool], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", agent.spool], check=True)
    job = collector.job(["shufflenet_v2_x0_5"], repetitions=1)
    agent.wait_for_log("cannot be kept yet", 60)
    assert "Read-only file system" in agent.process.log()
    other = subprocess.run([f"{BIN}/edgeprof-agent", "run", "--state-dir", agent.state], capture_output=True, text=True)
    assert other.returncode == 1 and len(other.stderr.strip().splitlines()) == 1, other
    if subprocess.run(["mount", "-o", "remount,rw", agent.spool], stderr=subprocess.DEVNULL).returncode:
        subprocess.run(["umount", agent.spool], check=True)
    collector.wait_for(job, 60)
    sentence = other.stderr.strip().replace(agent.spool, "…/spool")
    return f"1 of 1 run stored once writable; a second start ends with 1: {sentence}"
