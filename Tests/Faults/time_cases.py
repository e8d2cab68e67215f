"""Clocks that jump."""
import struct

from case import case, lying_clock
from processes import Agent, Collector, wait_until
from proxy import Proxy


@case(measures=True)
def clock_steps(folder, quick):
    """Clocks of agent and collector that jump by a day, both ways, lock nobody out and lose nothing."""
    clock = f"{folder}/clock"

    def step(seconds):
        # Written in place: both programs have it mapped. Time since the start goes on as it did.
        with open(clock, "r+b") as file:
            file.write(struct.pack("=q", seconds))
    with open(clock, "wb") as file:
        file.write(bytes(8))
    environment = {"LD_PRELOAD": lying_clock(folder), "EDGEPROF_CLOCK_FILE": clock}
    collector = Collector(folder, environment=environment).start()
    proxy = Proxy(collector)
    agent = Agent(collector, "agent", url=proxy.url, environment=environment).start()
    total = 0
    for offset in (86_400, 0, -86_400, 0):
        job = collector.job(["shufflenet_v2_x0_5"], repetitions=3)
        wait_until(lambda: collector.job_record(job)["finished"] >= 1, 60, "a run before the step")
        step(offset)
        collector.wait_for(job, 60)
        total += 3
    outcomes = dict(collector.rows("SELECT outcome, count(*) FROM run GROUP BY 1"))
    # By the collector's clock: the agent's worker has an environment of its own, without the clock that lies.
    days = collector.rows("SELECT (max(received_at) - min(received_at)) / 3600000.0 FROM run")[0][0]
    assert outcomes == {"ok": total}, outcomes
    # A record goes when the answer is in, a moment after the run is stored.
    wait_until(lambda: not agent.waiting(), 10, "the spool is empty")
    assert days > 47, f"the clock did not step: {days} h between first and last run received"
    return f"+1 d, back, -1 d, back while measuring: {total} of {total} runs ok and stored"
