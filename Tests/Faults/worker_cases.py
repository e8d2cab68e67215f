"""What a worker must not take from the box, and heartbeats nobody takes."""
import time

from case import case, mount_tmpfs
from processes import Agent, Collector, wait_until
from proxy import Proxy


@case(measures=True)
def model_out_of_memory(folder, quick):
    """A model that takes more memory to pack than the worker may have is that run's outcome; the next is taken."""
    collector = Collector(folder).start()
    agent = Agent(collector, "agent").start("--worker-memory-limit", "300MiB")
    job = collector.job(["vgg16", "shufflenet_v2_x0_5"])
    collector.wait_for(job, 120)
    outcomes = {run["model"]["name"]: run["outcome"] for run in collector.runs()}
    assert outcomes == {"vgg16": "oom", "shufflenet_v2_x0_5": "ok"}, outcomes
    assert agent.process.is_running
    return "vgg16 oom, shufflenet_v2_x0_5 ok"


@case(measures=True)
def plan_cache_full(folder, quick):
    """A disk too full for the packed plan is said once, as that run's outcome."""
    collector = Collector(folder).start()
    agent = Agent(collector, "agent")
    mount_tmpfs(f"{agent.state}/cache", "1m")
    agent.start()
    job = collector.job(["squeezenet1_1"])
    collector.wait_for(job, 120)
    run = collector.runs()[0]
    outcome, reason = run["outcome"], run["outcomeReason"]
    assert outcome == "refused" and "no room for the packed plan" in reason, (outcome, reason)
    assert agent.process.log().count("measuring squeezenet1_1") == 1
    return f"refused: {reason[-60:]}"


@case()
def heartbeats_back_off(folder, quick):
    """Heartbeats that fail come more seldom and not before they may; what else the agent does goes on."""
    collector = Collector(folder).start()
    proxy = Proxy(collector)
    agent = Agent(collector, "agent", url=proxy.url)
    proxy.on, proxy.mode = f"/v1/agents/{agent.id}/heartbeat", "503"
    agent.start()
    wait_until(lambda: len(proxy.attempts) >= 2, 75, "the agent tells again")
    if not quick:
        time.sleep(120)
    gaps = [b - a for a, b in zip(proxy.attempts, proxy.attempts[1:])]
    assert min(gaps) >= 32.9, f"told again after {min(gaps):.1f} s: 30 s, and 3 s as told"
    return f"gaps of {', '.join(f'{gap:.0f}' for gap in gaps)} s"
