"""Collectors and networks that misbehave."""
import gzip
import json
import os
import random
import subprocess
import time
import urllib.request

import records
from case import case, lying_clock, need_mounts
from faults_base import Skip
from processes import Agent, Collector, wait_until
from proxy import ConnectProxy, Proxy


@case()
def bad_answers(folder, quick):
    """Whatever a collector answers, runs wait and arrive in the end; Retry-After is kept to."""
    collector = Collector(folder).start()
    modes = ["429", "500", "503", "404", "302", "refuse", "lie", "cut"] + ([] if quick else ["hang", "drip"])
    rigs = []
    for mode in modes:
        proxy = Proxy(collector)
        proxy.mode = mode
        agent = Agent(collector, "a" + mode, url=proxy.url)
        ids = records.fill(agent, 3, first=1 + 10 * len(rigs))
        rigs.append((mode, proxy, agent, ids))
    for _, _, agent, _ in rigs:
        agent.start()
    for mode, proxy, agent, ids in rigs:
        wait_until(lambda: len(proxy.attempts) >= (1 if mode == "drip" else 2), 90, f"{mode}: the agent tries again")
        assert len(agent.waiting()) == 3 or mode in ("cut", "drip"), f"{mode}: {agent.waiting()}"
        assert len(agent.waiting()) == 3, f"{mode}: taken out without a whole answer"
        if mode in ("429", "503"):
            gaps = [b - a for a, b in zip(proxy.attempts, proxy.attempts[1:])]
            assert min(gaps) >= 2.9, f"{mode}: asked again after {min(gaps):.2f} s, told to wait 3"
    for _, proxy, _, _ in rigs:
        proxy.mode = "pass"
    for mode, proxy, agent, ids in rigs:
        wait_until(lambda: not agent.waiting(), 90, f"{mode}: delivered in the end: {agent.process.log()[-600:]}")
        assert set(ids) <= collector.run_ids(), mode
        assert not os.listdir(f"{agent.spool}/rejected"), mode
    assert len(collector.run_ids()) == 3 * len(rigs)
    return f"{', '.join(modes)}: {3 * len(rigs)} of {3 * len(rigs)} runs stored once"


@case()
def delivered_twice_and_late(folder, quick):
    """Answers that get lost, batches that come twice, late and in any order are stored once."""
    collector = Collector(folder).start()
    proxy = Proxy(collector)
    agent = Agent(collector, "agent", url=proxy.url)
    ids = records.fill(agent, 250)
    proxy.mode = "forget"
    agent.start()
    wait_until(lambda: len(proxy.attempts) >= 2, 30, "the agent tries again")
    assert len(agent.waiting()) == 250
    proxy.mode = "twice"
    wait_until(lambda: not agent.waiting(), 60, "the spool drains")
    uploads = list(proxy.uploads)
    random.Random(1).shuffle(uploads)
    for headers, body in uploads:
        status, _, text = proxy.forward("POST", "/v1/runs", headers, body)
        assert status == 200 and {r["status"] for r in json.loads(text)["results"]} == {"duplicate"}
    count = collector.rows("SELECT count(*), count(DISTINCT id) FROM run")[0]
    assert count == (250, 250) and collector.run_ids() == set(ids), count
    assert proxy.encodings == {"gzip"}, proxy.encodings
    sent, plain = (sum(len(part(body)) for _, body in uploads) for part in (bytes, gzip.decompress))
    return (f"250 runs, {2 * len(uploads)} deliveries of {len(uploads)} gzip batches ({sent} bytes for {plain}), "
            "each run stored once")


@case()
def one_bad_record(folder, quick):
    """A record the collector refuses is set aside with the reason, its assignment is closed, the rest arrives."""
    collector = Collector(folder).start()
    agent = Agent(collector, "agent")
    job = collector.job(["squeezenet1_1"])
    assignment = collector.rows("SELECT id FROM assignment")[0][0]
    good = records.fill(agent, 5)
    host = collector.api("GET", f"/v1/agents/{agent.id}")["host"]
    bad = records.run(6, agent.id, host, (job["id"], assignment))
    bad["model"]["sha256"] = "no hash"
    with open(f"{agent.spool}/{records.name(6)}", "wb") as file:
        file.write(records.encode(bad["id"], json.dumps(bad).encode(), assignment))
    good += records.fill(agent, 5, first=7)
    agent.start()
    done = collector.wait_for(job, 30)
    assert (done["finished"], done["failed"]) == (1, 1), done
    assert collector.run_ids() == set(good)
    with open(f"{agent.spool}/rejected/{records.name(6)}.reason") as file:
        reason = file.read().strip()
    assert "sha256" in reason, reason
    time.sleep(1)
    assert "measuring" not in agent.process.log(), "measured again"
    return f"10 of 10 others stored; reason kept: {reason[:60]}; job finished, failed 1"


def in_namespace(binds):
    """A command that runs another with files laid over others."""
    need_mounts()
    script = "".join(f"mount --bind {source} {target} && " for source, target in binds) + 'exec "$0" "$@"'
    return ["unshare", "-m", "sh", "-c", script]


@case()
def name_lookup_fails(folder, quick):
    """A collector whose name does not resolve is out of reach, no more; the runs arrive when it does again."""
    collector = Collector(folder).start()
    hosts = f"{folder}/hosts"
    known = "127.0.0.1 localhost\n127.0.0.1 collector.invalid\n"

    def write(text):
        with open(hosts, "w") as file:
            file.write(text)
    write(known)
    url = f"http://collector.invalid:{collector.port}"
    agent = Agent(collector, "agent", url=url, wrapper=in_namespace([(hosts, "/etc/hosts")]))
    ids = records.fill(agent, 3)
    write("127.0.0.1 localhost\n")
    agent.start()
    agent.wait_for_log("cannot be resolved", 60)
    assert len(agent.waiting()) == 3
    write(known)
    began = time.monotonic()
    wait_until(lambda: collector.run_ids() == set(ids), 90, "stored when the name resolves")
    return f"3 of 3 runs stored {time.monotonic() - began:.1f} s after the name resolved again"


def address():
    """An address of this box other than loopback."""
    output = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    for word in output:
        if word.count(".") == 3 and not word.startswith("127."):
            return word
    raise Skip("no address but loopback")


def authority(folder, name, host):
    """A certificate authority and a certificate of its for a host: paths of the authority's and of chain with key."""
    base = f"{folder}/{name}"
    days = ["-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    openssl("req", "-x509", *days, "-keyout", base + ".key", "-out", base + ".ca", "-subj", f"/CN=CA {name}")
    openssl("req", "-x509", *days, "-CA", base + ".ca", "-CAkey", base + ".key", "-keyout", base + ".leaf.key", "-out",
            base + ".leaf", "-subj", "/CN=collector", "-addext", f"subjectAltName=IP:{host}", "-addext",
            "basicConstraints=critical,CA:FALSE")
    with open(base + ".pem", "w") as out:
        for part in (base + ".leaf", base + ".leaf.key"):
            with open(part) as file:
                out.write(file.read())
    return base + ".ca", base + ".pem"


BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


@case()
def wrong_certificate(folder, quick):
    """Nothing is said to a collector whose certificate is another's; the runs arrive when it is right."""
    if not os.path.exists(BUNDLE):
        raise Skip(f"no {BUNDLE}")
    collector, host = Collector(folder).start(), address()
    trusted, right = authority(folder, "right", host)
    _, wrong = authority(folder, "wrong", host)
    proxy = Proxy(collector, certificate=right, host=host)
    agent = Agent(collector, "agent", url=proxy.url, wrapper=in_namespace([(trusted, BUNDLE)]))
    ids = records.fill(agent, 3)
    proxy.certificate = wrong
    agent.start()
    agent.wait_for_log("TLS with", 60)
    time.sleep(3)
    assert not proxy.uploads and len(agent.waiting()) == 3
    proxy.certificate = right
    wait_until(lambda: collector.run_ids() == set(ids), 90, "stored when the certificate is right")
    return "0 requests got through to the wrong one; 3 of 3 runs stored over TLS afterwards"


@case()
def through_a_proxy(folder, quick):
    """https_proxy and no_proxy are kept to, as by curl; TLS goes through CONNECT and is verified end to end."""
    if not os.path.exists(BUNDLE):
        raise Skip(f"no {BUNDLE}")
    collector, host, way = Collector(folder).start(), address(), ConnectProxy()
    trusted, right = authority(folder, "right", host)
    proxy = Proxy(collector, certificate=right, host=host)
    wrapper = in_namespace([(trusted, BUNDLE)])
    environment = {"https_proxy": way.url}
    agent = Agent(collector, "agent", url=proxy.url, wrapper=wrapper, environment=environment)
    ids = records.fill(agent, 3)
    agent.start()
    wait_until(lambda: collector.run_ids() == set(ids), 60, "stored through the proxy")
    asked = list(way.asked)
    assert asked and set(asked) == {f"CONNECT {host}:{proxy.port}"}, asked
    agent.process.stop()
    more = records.fill(agent, 2, first=50)
    agent.environment = {**environment, "no_proxy": host}
    agent.start()
    wait_until(lambda: collector.run_ids() == set(ids + more), 60, "stored without the proxy")
    assert way.asked == asked, "no_proxy was not kept to"
    return f"{len(asked)} tunnels, 3 runs; with no_proxy none, 2 runs"


@case(quick=False)
def network_cut_for_an_hour(folder, quick):
    """An hour without network: the agent goes on trying, uploading once in 30 s on average, and loses nothing."""
    collector = Collector(folder).start()
    proxy = Proxy(collector)
    agent = Agent(collector, "agent", url=proxy.url)
    ids = records.fill(agent, 20)
    proxy.mode = "refuse"
    # An hour of the agent's own time, in one minute.
    agent.environment = {"LD_PRELOAD": lying_clock(folder), "EDGEPROF_CLOCK_SPEED": "60"}
    agent.start()
    # It has an access token, good for about an hour, when the rest of the network goes: without one it would only ask for that.
    wait_until(lambda: proxy.uploads, 30, "a first upload")
    proxy.on = "/"
    began = time.monotonic()
    proxy.attempts.clear()
    proxy.uploads.clear()
    time.sleep(60)
    attempts, uploads = len(proxy.attempts), len(proxy.uploads)
    assert agent.process.is_running and len(agent.waiting()) == 20
    assert 60 <= uploads <= 240, f"{uploads} uploads tried in an hour"
    proxy.mode = "pass"
    back = time.monotonic()
    wait_until(lambda: collector.run_ids() == set(ids), 30, "stored when the network is back")
    return (f"{uploads} uploads and {attempts} requests in all tried in {60 * (back - began):.0f} simulated s; "
            f"20 of 20 runs stored {60 * (time.monotonic() - back):.0f} simulated s after it was back")
