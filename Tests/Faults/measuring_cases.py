"""Models that misbehave, and an agent that keeps quiet while it measures."""
import os
import signal
import time

from case import case
from processes import Agent, Collector, wait_until
from proxy import Proxy


@case(measures=True)
def model_segfaults(folder, quick):
    """A child that dies of SIGSEGV is that run's outcome; the next run is taken."""
    collector = Collector(folder).start()
    agent = Agent(collector, "agent").start()
    job = collector.job(["squeezenet1_1"], repetitions=2, seconds=1)
    os.kill(wait_until(agent.child, 60, "a child measures"), signal.SIGSEGV)
    collector.wait_for(job, 60)
    runs = collector.runs()
    assert [run["outcome"] for run in runs] == ["crashed", "ok"], runs
    return f"outcomes crashed ({runs[0]['outcomeReason']}), then ok"


@case(quick=False, measures=True)
def model_loops(folder, quick):
    """A child that never ends is ended, and that is that run's outcome."""
    collector = Collector(folder).start()
    agent = Agent(collector, "agent").start()
    job = collector.job(["squeezenet1_1"], repetitions=2, seconds=0.5)
    began = time.monotonic()
    # Stopped, it does nothing any more, not even count its own time: the hardest kind of loop to get out of.
    os.kill(wait_until(agent.child, 60, "a child measures"), signal.SIGSTOP)
    silent = wait_until(lambda: agent.heartbeat().get("measuring"), 5, "announced")
    collector.wait_for(job, 260)
    outcomes = [row[0] for row in collector.rows("SELECT outcome FROM run ORDER BY started_at")]
    assert outcomes == ["timeout", "ok"], outcomes
    return f"ended after {time.monotonic() - began:.0f} s, next run ok; announced {silent['model']}"


@case(measures=True)
def quiet_while_measuring(folder, quick):
    """Nothing is sent while a child measures; the collector has been told what is measured, and for how long."""
    collector = Collector(folder).start()
    proxy = Proxy(collector, on="/")
    agent = Agent(collector, "agent", url=proxy.url).start()
    seconds = 2 if quick else 15
    job = collector.job(["squeezenet1_1"], repetitions=3, seconds=seconds)
    windows, told = [], None
    while len(windows) < 3:
        pid = wait_until(agent.child, 60, "a child measures", every=0.01)
        began = time.monotonic()
        told = agent.heartbeat()["measuring"]
        last = began
        while os.path.exists(f"/proc/{pid}/exe") and agent.child() == pid:
            last = time.monotonic()
            time.sleep(0.005)
        # Not a child that only measures what the box allows.
        if last - began > seconds * 0.8:
            windows.append((began, last))
    collector.wait_for(job, 60)
    inside = [t for t in proxy.attempts for begin, end in windows if begin < t < end]
    assert not inside, f"{len(inside)} requests within {windows}"
    assert told["model"] == "squeezenet1_1" and told["expectedSeconds"] > seconds, told
    total = sum(end - begin for begin, end in windows)
    beat = wait_until(lambda: (h := agent.heartbeat()).get("measuring") is None and h, 60,
                      "a heartbeat after the measurements")
    assert beat["sentBytes"] > 1000 and beat["peakRssBytes"] >= beat["rssBytes"] > 0, beat
    return f"0 requests in {total:.1f} s of 3 measurements, {len(proxy.attempts)} around them"
