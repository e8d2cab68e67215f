"""Bad input to a real collector: a 4xx problem document, or a run rejected by name; nothing stored, no restart."""
import base64
import copy
import gzip
import json
import os
import time

from case import case
from load import HOST, Client, Load, identifier, run
from postgres import Server
from processes import Collector

DEEP = 200_000


def sound_run(agent):
    """A run with everything in it that a measured one has, to be spoiled field by field."""
    value = run(agent)
    value.update(outcome="ok", throughputPerSecond=100.0, flags=[], schemaVersion=1)
    value.pop("outcomeReason")
    value["latencyNanoseconds"] = {
        "p50": 10_000_000, "p90": 11_000_000, "p99": 12_000_000, "min": 9_000_000, "max": 13_000_000,
        "mean": 10_000_000.0, "count": 100, "histogram": [[9_000_000, 10], [10_000_000, 60], [11_000_000, 20], [13_000_000, 10]]}
    value["memory"] = {"peakRssBytes": 50 << 20, "loadPeakRssBytes": 40 << 20, "rssAnonBytes": 1 << 20, "arenaBytes": 4 << 20,
                       "weightBytes": 5 << 20}
    value["counters"] = [{"name": "instructions", "availability": "ok", "value": 1000, "liveFraction": 1.0}]
    return value


# A path into a run, and what is put there: out of range, of another type, in another unit, of the future.
FIELDS = [
    ("schemaVersion", [2, 0, -1, 2**63, "1", None, 1.5]),
    ("id", ["", "x", 7, None, "0198c0de-0000-4000-8000-000000000000", "0198C0DE-0000-7000-8000-000000000000",
            "0198c0de-0000-7000-8000-00000000000'", "../../etc/passwd"]),
    ("agentId", ["", "x", 7, "0198c0de-0000-7000-8000-000000000000", "' OR '1'='1"]),
    ("jobId", ["x", "0198c0de-0000-7000-8000-000000000000"]),
    ("assignmentId", ["x", "0198c0de-0000-7000-8000-000000000000"]),
    ("startedAt", ["", "yesterday", "1969-12-31T23:59:59Z", "99999-01-01T00:00:00Z", 1700000000, "2026-02-30T00:00:00Z"]),
    ("outcome", ["fine", "", 1, None]),
    ("outcomeReason", ["x" * 4097, 5]),
    ("threads", [0, -1, 1025, 2**63, 1e300, "1", 1.5]),
    ("instances", [0, -1, 2**64, "2"]),
    ("scenario", ["", "multi-stream", None]),
    ("isa", ["", "x" * 300, 5]),
    ("plan", ["fast", "", None]),
    ("producer", ["", "x" * 5000]),
    ("throughputPerSecond", [-1, 1e308 * 10, "100", True, 1e30]),
    ("latencyNanoseconds", ["10 ms", -1, []]),
    ("latencyNanoseconds.p50", [-1, 2**64, "10ms", 0.010, 14_000_000]),
    ("latencyNanoseconds.p99", [1, None, 2**63]),
    ("latencyNanoseconds.count", [0, -5, 1e40]),
    ("latencyNanoseconds.min", [13_000_000, -1]),
    ("memory.peakRssBytes", [-1, 1.5, "50MiB", 2**64, 1e25]),
    ("memory.arenaBytes", [-1, "4MiB"]),
    ("counters", ["many", [{}], [{"name": ""}], {"name": "cycles"}]),
    ("counters.0.availability", ["maybe", None]),
    ("counters.0.value", [-1, "1e3", 1e40]),
    ("counters.0.liveFraction", [1.5, -0.1, "all"]),
    ("flags", ["disturbed", [7], [""]]),
    ("host", [None, "box", []]),
    ("host.hostname", ["", "x" * 300, "a\x00b"]),
    ("host.memoryBytes", [-1, 1.5, "1GiB", 2**64]),
    ("host.usableCpus", [-1, 1e9, "4"]),
    ("host.cacheBytes", [{str(i): 1 for i in range(17)}, {"1": -1}, []]),
    ("model", [None, "resnet18"]),
    ("model.name", ["", "x" * 300, "a\x00b"]),
    ("model.sha256", ["", "A" * 64, "a" * 63, "g" * 64]),
]


def spoiled(value, path, bad):
    value = copy.deepcopy(value)
    at = value
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        at = at[part]
    at[last] = bad
    return value


def whole_bodies(agent):
    """Bodies that cannot be read at all: a name, bytes, headers, statuses that may answer."""
    good = json.dumps({"runs": [run(agent)]}).encode()
    nothing = b" "
    yield "nothing", b"", {}, {400}
    yield "half of it", good[:len(good) // 2], {}, {400}
    yield "garbage", bytes(range(256)) * 10, {}, {400}
    yield "another type", good, {"Content-Type": "text/html"}, {415}
    yield "a list", b"[]", {}, {400}
    yield "null", b"null", {}, {400}
    yield "NaN", b'{"runs":[{"throughputPerSecond":NaN}]}', {}, {400}
    yield "Infinity", b'{"runs":[Infinity]}', {}, {400}
    yield "deep objects", b'{"runs":[' * DEEP, {}, {400}
    yield "deep lists", b"[" * (20 * DEEP), {}, {400}
    yield "deep and closed", b'{"runs":' + b"[" * DEEP + b"]" * DEEP + b"}", {}, {400}
    yield "100 MB", nothing * 100_000_000, {}, {413}
    yield "gzip bomb", gzip.compress(nothing * (200 << 20)), {"Content-Encoding": "gzip"}, {413}
    yield "gzip in gzip", gzip.compress(gzip.compress(good)), {"Content-Encoding": "gzip"}, {400}
    yield "gzip cut short", gzip.compress(good)[:-5], {"Content-Encoding": "gzip"}, {400}
    yield "gzip with a tail", gzip.compress(good) + b"tail", {"Content-Encoding": "gzip"}, {400}
    yield "no gzip", good, {"Content-Encoding": "gzip"}, {400}
    yield "brotli", good, {"Content-Encoding": "br"}, {415}
    yield "a thousand runs too many", json.dumps({"runs": [{}] * 100_000}).encode(), {}, {422, 413, 400}


class Attack:
    """A collector, tokens of all roles, and what every refusal is held against."""

    def __init__(self, collector):
        self.collector, self.count, self.failures = collector, 0, []
        self.load = Load(collector, agents=2)
        (self.agent, self.token), (self.other, self.other_token) = self.load.agents
        self.viewer = collector.api("POST", "/v1/tokens", {"role": "viewer"})["token"]
        self.enrolment = collector.api("POST", "/v1/tokens", {"role": "enrollment", "maximumUses": 1000})["token"]
        self.brief = collector.api("POST", "/v1/tokens", {"role": "admin", "expiresInSeconds": 1})["token"]
        self.pid = collector.process.pid
        time.sleep(1.2)

    def send(self, method, path, body=None, token=None, headers=None):
        try:
            return Client(self.collector.url, token or self.token, timeout=60).send(method, path, body, headers)
        except OSError:
            # A body that is refused may meet a closed connection before it is sent; then the answer is lost, as TCP has it.
            return None, {}, b""

    def refuses(self, what, statuses, method, path, body=None, token=None, headers=None):
        self.count += 1
        status, answer, content = self.send(method, path, body, token, headers)
        problem = answer.get("Content-Type") == "application/problem+json" and json.loads(content)
        if status is None and 413 in statuses:
            return
        if status not in statuses or not (problem and problem["status"] == status and problem.get("title")):
            self.failures.append((what, status, content[:200]))

    def rejects(self, what, value):
        """A run that is wrong: 200 and `rejected` with what is wrong with it, or 4xx."""
        self.count += 1
        status, answer, content = self.send("POST", "/v1/runs", value if isinstance(value, bytes) else {"runs": [value]})
        if status == 200:
            results = json.loads(content)["results"]
            if [r["status"] for r in results] != ["rejected"] or not part_of(what, results[0].get("reason", "")):
                self.failures.append((what, status, content[:200]))
        elif status not in (400, 422) or answer["Content-Type"] != "application/problem+json":
            self.failures.append((what, status, content[:200]))


def part_of(what, reason):
    """Whether a reason names the field that was spoiled, or the number that fits none."""
    field = what.split(" = ")[0].split(".")[0]
    return field in reason or "does not fit its field" in reason or " = " not in what and reason


def attacked(folder, collector):
    attack = Attack(collector)
    tokens, agents = (len(collector.api("GET", path)[key]) for path, key in [("/v1/tokens", "tokens"), ("/v1/agents", "agents")])
    base = sound_run(attack.agent)
    # Sound but for what is spoiled: without that it is stored.
    good = json.loads(attack.send("POST", "/v1/runs", {"runs": [base]})[2])["results"]
    assert [r["status"] for r in good] == ["stored"], good
    for path, values in FIELDS:
        for bad in values:
            value = spoiled(base, path, bad)
            if path != "id":
                value["id"] = identifier()
            attack.rejects(f"{path} = {str(bad)[:40]}", value)
    for what, body, headers, statuses in whole_bodies(attack.agent):
        attack.refuses(what, statuses, "POST", "/v1/runs", body, headers=headers)
    # Of text that is none only the run it is in is at fault.
    for what, text in [("invalid UTF-8", b"\xff\xfe\xc0\x80"), ("half a surrogate", b"\\ud800")]:
        attack.rejects(what, json.dumps({"runs": [base]}).encode().replace(b"squeezenet1_1", text))
    status, _, _ = attack.send("POST", "/v1/runs", {"runs": [base]}, headers={"X-Long": "x" * 65536})
    assert status == 400, status
    # Other routes that take a body.
    admin = collector.token
    for method, path in [("POST", "/v1/jobs"), ("POST", "/v1/tokens"), ("PUT", "/v1/tiers"), ("POST", "/v1/rank"),
                         ("PUT", f"/v1/agents/{attack.agent}/labels"), ("PUT", f"/v1/models/{'a' * 64}/accuracy")]:
        for what, body in [("nothing", b""), ("half", b'{"a":'), ("NaN", b'{"repetitions":NaN}'), ("deep", b"[" * 60_000),
                           ("invalid UTF-8", b'{"models":["\xff\xfe"]}'), ("null", b"null"), ("a number", b"7"),
                           ("wrong types", b'{"models":7,"role":[],"tiers":{},"labels":[],"value":"x","deployment":3}')]:
            attack.refuses(f"{method} {path} {what}", {400, 413, 422}, method, path, body, token=admin)
    attack.refuses("a job out of range", {422}, "POST", "/v1/jobs", {
        "models": ["resnet18"], "repetitions": 10**9, "labels": {},
        "settings": {"scenario": "single-stream", "plan": "fused", "durationSeconds": 1}}, token=admin)
    key = base64.b64encode(os.urandom(32)).decode()
    for what, changes in [("a short key", {"publicKey": "AAAA"}), ("no name", {"name": ""}), ("a long name", {"name": "x" * 5000}),
                          ("a NUL", {"name": "a\x00b"}), ("labels of a wrong type", {"labels": {"a": 7}}),
                          ("too many labels", {"labels": {str(i): "x" for i in range(1000)}}), ("no host", {"host": None})]:
        attack.refuses("enrolment: " + what, {400, 422, 413}, "POST", "/v1/enroll", {
            "name": "box", "labels": {}, "host": HOST, "version": "1", "publicKey": key, **changes}, token=attack.enrolment)
    # Who may not.
    one = {"runs": [run(attack.agent)]}
    for what, statuses, method, path, body, token in [
            ("no token that is known", {401}, "GET", "/v1/runs", None, "edgeprof_admin_" + "A" * 64),
            ("SQL for a token", {401}, "GET", "/v1/runs", None, "'OR'1'='1"),
            ("an expired token", {401}, "GET", "/v1/tokens", None, attack.brief),
            ("a viewer makes a job", {403}, "POST", "/v1/jobs", {}, attack.viewer),
            ("a viewer sends runs", {403}, "POST", "/v1/runs", one, attack.viewer),
            ("an agent lists tokens", {403}, "GET", "/v1/tokens", None, attack.token),
            ("an agent reads prices", {403}, "GET", "/v1/tiers", None, attack.token),
            ("an enrolment token reads", {403}, "GET", "/v1/runs", None, attack.enrolment),
            ("another agent's jobs", {403}, "GET", f"/v1/agents/{attack.other}/jobs?wait=0", None, attack.token),
            ("another agent's heartbeat", {403}, "POST", f"/v1/agents/{attack.other}/heartbeat", {}, attack.token),
            ("SQL for an id", {404}, "GET", "/v1/runs/x'%3B%20DROP%20TABLE%20run%3B--", None, admin),
            ("a path outside", {400, 404}, "GET", "/v1/models/..%2F..%2Fetc%2Fpasswd", None, admin),
            ("SQL for a filter", {400, 422}, "GET", "/v1/runs?outcome=ok'%20OR%201=1", None, admin),
            ("a misspelt filter", {400}, "GET", "/v1/runs?modle=x", None, admin),
            ("a cursor made up", {400}, "GET", "/v1/runs?cursor=';--", None, admin),
            ("a method that is none", {405}, "DELETE", "/v1/runs", None, admin)]:
        attack.refuses(what, statuses, method, path, body, token=token)
    attack.rejects("another agent's run", run(attack.other))
    assert not attack.failures, f"{len(attack.failures)} of {attack.count}: {attack.failures[:8]}"
    # SQL and HTML in labels are labels, letter for letter, or refused.
    words = ["<script>alert(1)</script>", "'; DROP TABLE agent; --", '" onload="x', "${jndi:ldap://x}", "\u202ex", "%00", "a\nb"]
    kept = 0
    for word in words:
        status, _, _ = attack.send("PUT", f"/v1/agents/{attack.agent}/labels", {"labels": {"site": word}}, token=admin)
        assert status in (200, 422), (word, status)
        status_of_list, headers, content = attack.send("GET", "/v1/agents", token=admin)
        assert status_of_list == 200 and headers["Content-Type"].startswith("application/json")
        assert headers["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in headers["Content-Security-Policy"]
        labels = {a["id"]: a["labels"] for a in json.loads(content)["agents"]}[attack.agent]
        kept += status == 200
        assert status != 200 or labels == {"site": word}, (word, labels)
    # Nothing came of it all, and the same process goes on.
    assert len(collector.api("GET", "/v1/runs?limit=500")["runs"]) == 1
    after = [len(collector.api("GET", path)[key]) for path, key in [("/v1/tokens", "tokens"), ("/v1/agents", "agents")]]
    assert after[1] == agents and after[0] <= tokens, (after, tokens, agents)
    assert collector.process.is_running and collector.process.pid == attack.pid
    log = collector.process.log()
    assert attack.token not in log and admin not in log and "Request failed" not in log, log[-500:]
    good = attack.send("POST", "/v1/runs", {"runs": [sound_run(attack.agent)]})
    assert good[0] == 200 and b'"stored"' in good[2], good
    return (f"{attack.count} requests refused with a problem document or by run, {kept} of {len(words)} labels kept as they "
            f"were; nothing stored, same process, {collector.process.memory('VmHWM') / 1e6:.0f} MB at most")


@case(collector=True)
def bad_input(folder, quick):
    """Every field of a run out of range, bodies that cannot be read, wrong roles and ids."""
    return attacked(folder, Collector(folder).start())


@case(quick=False, collector=True)
def bad_input_on_postgresql(folder, quick):
    """The same on PostgreSQL."""
    server = Server(folder).start()
    return attacked(folder, Collector(folder, store=server.database()).start())


CASES = [bad_input, bad_input_on_postgresql]
