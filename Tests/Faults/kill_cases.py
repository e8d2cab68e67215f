"""kill -9 at random moments: of the agent, of the measuring child, of the collector."""
import os
import random
import signal
import time

import records
from case import case
from processes import Agent, Collector, wait_until
from proxy import Proxy


def durable(agent):
    """Ids of whole records in a spool: runs that are finished."""
    ids = set()
    for name in agent.waiting():
        try:
            with open(f"{agent.spool}/{name}", "rb") as file:
                record = records.decode(file.read())
        except FileNotFoundError:
            continue
        if record:
            ids.add(record[0])
    return ids


@case(measures=True)
def killed_at_random(folder, quick):
    """No run that was finished or acknowledged is lost, and none is stored twice."""
    count, generator = 16 if quick else 200, random.Random(int(os.environ["EDGEPROF_FAULT_SEED"]))
    collector = Collector(folder).start()
    proxy = Proxy(collector)
    agent = Agent(collector, "agent", url=proxy.url)
    job = collector.job(["shufflenet_v2_x0_5"], repetitions=max(20, count))
    agent.start()
    finished, done, jobs = set(), {"agent": 0, "child": 0, "collector": 0}, [job]
    began = time.monotonic()
    while sum(done.values()) < count:
        time.sleep(generator.uniform(0, 1.2))
        victim = generator.choice(["agent", "child", "collector"])
        # Now and then an answer is lost: what was stored is sent again.
        proxy.mode = generator.choice(["pass", "pass", "pass", "forget"])
        if victim == "child":
            try:
                pid = wait_until(agent.child, 3, "a child measures", every=0.002)
                time.sleep(generator.uniform(0, 0.15))
                os.kill(pid, signal.SIGKILL)
            except (AssertionError, ProcessLookupError):
                continue
        elif victim == "agent":
            agent.process.kill()
            # What is durable at this moment, nobody running that could still change it.
            finished |= durable(agent)
            agent.start()
        else:
            collector.process.kill()
            stored = collector.run_ids()
            missing = proxy.acknowledged - stored
            assert not missing, f"acknowledged and gone: {sorted(missing)}"
            time.sleep(generator.uniform(0, 0.5))
            collector.start()
        finished |= durable(agent)
        done[victim] += 1
        # One at a time: the agent waits a while for a collector that was away; do not run dry of work.
        open_runs = sum(j["total"] - collector.job_record(j)["finished"] for j in jobs)
        if open_runs < 3:
            jobs.append(collector.job(["shufflenet_v2_x0_5"], repetitions=20))
    # Nobody kills any more: every assignment ends.
    proxy.mode = "pass"
    if not agent.process.is_running:
        agent.start()
    extra = sum(j["total"] - collector.job_record(j)["finished"] for j in jobs)
    for j in jobs:
        collector.wait_for(j, 120 + 3 * extra)
    wait_until(lambda: not agent.waiting(), 90, "the spool drains")
    assert agent.process.stop() == 0
    stored = collector.run_ids()
    lost = (finished | proxy.acknowledged) - stored
    assert not lost, f"lost: {sorted(lost)}"
    twice = collector.rows("SELECT assignment_id, count(*) FROM run GROUP BY 1 HAVING count(*) > 1")
    assert not twice, f"assignments with more than one run: {twice}"
    assert collector.rows("SELECT count(*), count(DISTINCT id) FROM run")[0] == (len(stored), len(stored))
    crashed = collector.rows("SELECT count(*) FROM run WHERE outcome = 'crashed'")[0][0]
    ok = collector.rows("SELECT count(*) FROM run WHERE outcome = 'ok'")[0][0]
    assert crashed <= done["child"] and ok + crashed == len(stored), f"{ok} ok, {crashed} crashed of {len(stored)}"
    collector.process.stop()
    proxy.close()
    return (f"{done['agent']} agents, {done['child']} children, {done['collector']} collectors killed; "
            f"{len(stored)} runs, {len(finished)} seen durable, 0 lost, 0 twice, {time.monotonic() - began:.0f} s")
