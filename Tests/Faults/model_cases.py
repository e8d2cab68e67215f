"""Models that are not what they should be, and connections that break on the way to them."""
import hashlib
import os
import subprocess
import threading
import time

from case import case, mount_tmpfs, need_mounts
from faults_base import Skip
from processes import BIN, Agent, Collector, wait_until
from proxy import Proxy

BOGUS_BYTES = 10_000_000_000
SMALL = "shufflenet_v2_x0_5"


class Fullest:
    """The most that a folder's files ever took, looked at all the time."""

    def __init__(self, folder):
        self.bytes, self.stopping = 0, threading.Event()

        def watch():
            while not self.stopping.wait(0.005):
                total = 0
                try:
                    for name in os.listdir(folder):
                        total += os.stat(f"{folder}/{name}").st_blocks * 512
                except OSError:
                    pass
                self.bytes = max(self.bytes, total)
        self.thread = threading.Thread(target=watch, daemon=True)
        self.thread.start()

    def stop(self):
        self.stopping.set()
        self.thread.join()
        return self.bytes


def bogus(fields, framed):
    """A sender of 10 GB instead of a model."""
    block = os.urandom(1 << 18)

    def send(handler):
        handler.close_connection = True
        handler.send_response(200)
        for field, value in fields:
            handler.send_header(field, value)
        handler.end_headers()
        left = BOGUS_BYTES
        while left > 0:
            piece = block[:min(left, len(block))]
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if framed else piece)
            left -= len(piece)
    return send


def refused(collector, content, agent):
    """Has an agent fetch a model that is not sent as it is stored; the run's reason."""
    sha256 = collector.push(content, "bogus")
    job = collector.job([sha256], labels={"name": agent.name})
    next_job = collector.job([SMALL], labels={"name": agent.name})
    collector.wait_for(job, 120)
    [run] = collector.api("GET", f"/v1/runs?job={job['id']}")["runs"]
    assert run["outcome"] == "refused" and run["model"]["sha256"] == sha256, run
    collector.wait_for(next_job, 120)
    [run_after] = collector.api("GET", f"/v1/runs?job={next_job['id']}")["runs"]
    assert run_after["outcome"] == "ok", run_after
    assert not os.listdir(f"{agent.state}/models"), "something is left of it"
    return run["outcomeReason"]


@case(measures=True)
def bogus_model(folder, quick):
    """10 GB in place of a model fill no disk: that run is refused, the next one is taken."""
    need_mounts()
    collector = Collector(folder).start()
    front = Proxy(collector)
    cap, disk = 64 << 20, 40 << 20
    agent = Agent(collector, "agent", url=front.url)
    agent.start("--model-cache-limit", "64MiB")
    ways = {
        "without a length": ([("Transfer-Encoding", "chunked")], True),
        "with its length": ([("Content-Length", str(BOGUS_BYTES))], False),
        "with a length of 1 MB": ([("Content-Length", "1000000")], False),
    }
    seen = []
    for number, (way, (fields, framed)) in enumerate(ways.items()):
        front.models = bogus(fields, framed)
        fullest = Fullest(f"{agent.state}/models")
        reason = refused(collector, b"a%d" % number, agent)
        most = fullest.stop()
        assert most <= cap, f"{way}: {most} bytes on the disk"
        expected = "twice" if "1 MB" in way else "model-cache-limit"
        assert expected in reason, reason
        seen.append(f"{way} {most / 1e6:.0f} MB")
    assert agent.process.stop() == 0
    # A disk smaller than the limit: models leave the last of it to others.
    other = Agent(collector, "other", url=front.url)
    mount_tmpfs(f"{other.state}/models", str(disk))
    other.start()
    room = lambda: (s := os.statvfs(f"{other.state}/models")).f_bavail * s.f_frsize
    least, stopping = [room()], threading.Event()

    def watch():
        while not stopping.wait(0.005):
            least[0] = min(least[0], room())
    threading.Thread(target=watch, daemon=True).start()
    front.models = bogus([("Transfer-Encoding", "chunked")], True)
    reason = refused(collector, b"b", other)
    stopping.set()
    assert "no room" in reason, reason
    assert least[0] >= disk / 20 - 65_536, f"{least[0]} bytes of the disk were left"
    assert other.process.stop() == 0
    subprocess.run(["umount", f"{other.state}/models"], check=True)
    return (f"10 GB of bogus model, most on the disk (limit {cap / 1e6:.0f} MB): {', '.join(seen)}; on a disk of "
            f"{disk / 1e6:.0f} MB {least[0] / 1e6:.1f} MB were always free; 4 of 4 runs refused, 4 of 4 next ones ok")


@case(measures=True)
def model_fetched_over_cuts(folder, quick):
    """A model arrives whole though connections break and the agent is killed, and hardly a byte comes twice."""
    if not os.path.exists(f"{BIN}/edgeprof"):
        raise Skip("needs the command line")
    path = f"{folder}/big.onnx"
    subprocess.run([f"{BIN}/edgeprof", "export", "resnet101", "-o", path], check=True)
    with open(path, "rb") as file:
        content = file.read()
    collector = Collector(folder).start()
    front = Proxy(collector)
    agent = Agent(collector, "agent", url=front.url).start()
    asked, sent = [], [0]

    def cut(handler):
        asked.append(handler.headers.get("Range"))
        handler.close_connection = True
        status, fields, body = front.forward("GET", handler.path, dict(handler.headers), b"")
        handler.send_response(status)
        for field, value in fields:
            if field.lower() not in ("connection", "transfer-encoding"):
                handler.send_header(field, value)
        handler.end_headers()
        part = body[:4_000_000 + 12_345 * len(asked)]
        handler.wfile.write(part)
        handler.wfile.flush()
        sent[0] += len(part)
    front.models = cut
    sha256 = collector.push(content, "big")
    began = time.monotonic()
    job = collector.job([sha256])
    kept = f"{agent.state}/models/{sha256}.onnx"
    wait_until(lambda: len(asked) >= 5, 120, "five connections; it says:\n" + agent.process.log()[-1500:], every=0.005)
    agent.process.kill()
    agent.start()
    wait_until(lambda: os.path.exists(kept), 120, "the model is there; it says:\n" + agent.process.log()[-1500:])
    seconds = time.monotonic() - began
    with open(kept, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == sha256
    collector.wait_for(job, 120)
    [run] = collector.api("GET", f"/v1/runs?job={job['id']}")["runs"]
    assert run["outcome"] == "ok" and run["model"]["sha256"] == sha256 and run["model"]["name"] == "big", run
    # What is on its way to an agent when it is killed comes again: one connection's worth at most.
    assert sent[0] <= len(content) + 5_000_000, (sent[0], len(content))
    assert asked[0] is None and all(asked[1:]), asked
    return (f"{len(content) / 1e6:.1f} MB in {len(asked)} connections and {seconds:.1f} s, the agent killed after five, {sent[0] / 1e6:.1f} MB over "
            f"the wire ({sent[0] / len(content):.3f} of its size); run {run['outcome']}")
