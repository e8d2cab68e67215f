"""Simulated agents: they enrol, send runs until told to stop, and remember what was acknowledged and how they were answered."""
import base64
import collections
import http.client
import json
import os
import threading
import time
import urllib.parse

HOST = {
    "hostname": "simulated", "architecture": "x86_64", "cpuModel": "Test", "kernel": "6.1", "operatingSystem": "Debian 12",
    "usableCpus": 4, "onlineCpus": 4, "memoryBytes": 1 << 30, "isa": "portable", "cacheBytes": {}, "virtualized": False}


def identifier():
    """A UUIDv7 of now."""
    random = os.urandom(10).hex()
    moment = f"{int(time.time() * 1000):012x}"
    return f"{moment[:8]}-{moment[8:]}-7{random[:3]}-8{random[3:6]}-{random[6:18]}"


def run(agent, identity=None):
    """A run that failed, as an agent would tell it."""
    return {
        "schemaVersion": 1, "id": identity or identifier(), "agentId": agent, "host": HOST,
        "startedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "outcome": "crashed",
        "outcomeReason": "made for a test", "threads": 1, "instances": 1, "isa": "portable", "plan": "fused",
        "scenario": "single-stream", "counters": [], "flags": [], "producer": "fault test",
        "model": {"name": "squeezenet1_1", "sha256": "0" * 64}}


class BrokenAnswer(Exception):
    """An answer that began and did not end."""


class Client:
    """One connection that is kept, as an agent's."""

    def __init__(self, url, token=None, timeout=45):
        self.place, self.token, self.timeout, self.connection = urllib.parse.urlsplit(url), token, timeout, None

    def send(self, method, path, body=None, headers=None):
        """Status, headers and body; OSError without an answer, BrokenAnswer with part of one."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=self.timeout)
        all_headers = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            all_headers["Authorization"] = "Bearer " + self.token
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        answer = None
        try:
            self.connection.request(method, path, body, all_headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except (http.client.HTTPException, OSError) as error:
            self.close()
            if answer is not None or isinstance(error, http.client.IncompleteRead) \
                    or type(error) in (http.client.BadStatusLine, http.client.UnknownProtocol):
                raise BrokenAnswer(repr(error))
            raise OSError(repr(error))
        if answer.will_close:
            self.close()
        return answer.status, answer.headers, content

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Load:
    """So many agents that send batches one after another; what is not acknowledged is sent again, as agents do."""

    def __init__(self, collector, url=None, agents=8, batch=3, pause=0.0, patience=True):
        self.url, self.batch, self.pause, self.patience = url or collector.url, batch, pause, patience
        self.acknowledged, self.twice = set(), 0
        self.statuses, self.wrong, self.broken, self.unanswered = collections.Counter(), [], [], 0
        self.slowest, self.lock, self.over = 0.0, threading.Lock(), threading.Event()
        enrolment = collector.api("POST", "/v1/tokens", {"role": "enrollment", "maximumUses": agents})["token"]
        client, self.agents = Client(self.url, enrolment), []
        for number in range(agents):
            status, _, content = client.send("POST", "/v1/enroll", {
                "name": f"simulated-{number}", "labels": {}, "host": HOST, "version": "0.1.0",
                "publicKey": base64.b64encode(os.urandom(32)).decode()})
            assert status in (200, 201), (status, content)
            answer = json.loads(content)
            self.agents.append((answer["agentId"], answer["accessToken"]))
        client.close()
        self.threads = [threading.Thread(target=self._send, args=agent, daemon=True) for agent in self.agents]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        """Lets each finish what it is sending; what is not acknowledged in a minute is left."""
        self.over.set()
        for thread in self.threads:
            thread.join(70)
        assert not any(thread.is_alive() for thread in self.threads), "an agent is not answered"
        assert not self.wrong, self.wrong[:3]
        return self

    def _send(self, agent, token):
        client, deadline = Client(self.url, token), None
        while not self.over.is_set():
            runs = [run(agent) for _ in range(self.batch)]
            body = json.dumps({"runs": runs}).encode()
            while not self._deliver(client, body, {r["id"] for r in runs}):
                if self.over.is_set():
                    deadline = deadline or time.monotonic() + (60 if self.patience else 0)
                    if time.monotonic() > deadline:
                        return client.close()
                time.sleep(0.1)
            time.sleep(self.pause)
        client.close()

    def _deliver(self, client, body, ids):
        began = time.monotonic()
        try:
            status, headers, content = client.send("POST", "/v1/runs", body)
        except BrokenAnswer as error:
            with self.lock:
                self.broken.append(str(error))
            return False
        except OSError:
            with self.lock:
                self.unanswered += 1
            return False
        with self.lock:
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.statuses[status] += 1
            if status == 200:
                results = json.loads(content)["results"]
                if {r["id"] for r in results} != ids or any(r["status"] not in ("stored", "duplicate") for r in results):
                    self.wrong.append(content[:300])
                self.twice += sum(r["status"] == "duplicate" for r in results)
                self.acknowledged |= ids
                return True
            if status != 503 or not headers.get("Retry-After") or \
                    headers.get_content_type() != "application/problem+json":
                self.wrong.append((status, dict(headers), content[:300]))
            return False

    def count(self):
        with self.lock:
            return len(self.acknowledged)


def check(load, stored):
    """Everything acknowledged is stored, and nothing twice; `stored` lists the ids the store holds."""
    missing = load.acknowledged - set(stored)
    assert not missing, f"{len(missing)} of {len(load.acknowledged)} acknowledged runs are gone: {sorted(missing)[:3]}"
    assert len(stored) == len(set(stored)), "stored twice"
    assert load.acknowledged, "nothing was acknowledged at all"
    return f"{len(load.acknowledged)} acknowledged, 0 lost, 0 twice"
