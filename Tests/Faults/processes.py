"""Real collectors and agents, started and killed as power cuts and service managers do."""
import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

BIN = os.environ["EDGEPROF_BIN"]


def wait_until(condition, seconds, what, every=0.05):
    """Polls a condition; returns its first true value and raises when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(every)


started = []


class Process:
    """A program whose output goes to a log file."""

    def __init__(self, arguments, log, environment=None):
        self.log_path = log
        with open(log, "ab") as file:
            self.began = file.tell()
            self.popen = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env={**os.environ, **(environment or {})})
        started.append(self)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def is_running(self):
        return self.popen.poll() is None

    def log(self):
        with open(self.log_path, "rb") as file:
            file.seek(self.began)
            return file.read().decode("utf-8", "replace")

    def kill(self):
        """As a power cut would."""
        if self.is_running:
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self):
        """As a service manager would; returns the exit status."""
        if self.is_running:
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end on SIGTERM within 20 s: {self.popen.args}")

    def memory(self, field):
        """Bytes of a field of /proc/PID/status, such as VmHWM."""
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(rf"^{field}:\s+(\d+) kB", file.read(), re.M)[1]) * 1024


class Collector:
    """A store of its own, and the collector on it when it is started."""

    def __init__(self, folder, wrapper=(), environment=None, data=None, store=None, token=None, name="collector"):
        """With `token`, a further collector of a store that is there already."""
        self.folder, self.wrapper, self.environment, self.name = folder, list(wrapper), environment, name
        self.data, self.port, self.process = data or f"{folder}/collector", 0, None
        self.place = ["--store", store] if store else ["--data-dir", self.data]
        os.makedirs(folder, exist_ok=True)
        if token is None:
            output = subprocess.run([f"{BIN}/edgeprof-collector", "init", *self.place],
                                    check=True, capture_output=True, text=True).stdout
            token = re.search(r"edgeprof_admin_\S+", output)[0]
        self.token = token

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options):
        arguments = self.wrapper + [f"{BIN}/edgeprof-collector", "serve", *self.place, "--port", str(self.port),
                                    "--log-level", "warning", *options]
        self.process = Process(arguments, f"{self.folder}/{self.name}.log", self.environment)

        def listening():
            if not self.process.is_running:
                raise AssertionError("the collector ended: " + self.process.log()[-500:])
            return re.search(r"listening on http://\S*:(\d+)", self.process.log())
        self.port = int(wait_until(listening, 30, "collector listens")[1])
        return self

    def api(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()[:300]}")
        return json.loads(text) if text else None

    def enrolment_token(self):
        body = {"role": "enrollment", "maximumUses": 100, "expiresInSeconds": 7 * 86_400}
        return self.api("POST", "/v1/tokens", body)["token"]

    def job(self, models, repetitions=1, seconds=0.1, labels=None):
        return self.api("POST", "/v1/jobs", {
            "models": models, "repetitions": repetitions, "labels": labels or {},
            "settings": {"scenario": "single-stream", "plan": "fused", "durationSeconds": seconds}})

    def push(self, content, name):
        """Stores a model's file, whatever it is, and returns its SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        request = urllib.request.Request(
            f"{self.url}/v1/models/{sha256}?name={name}", method="PUT", data=content,
            headers={"Authorization": "Bearer " + self.token, "Content-Type": "application/octet-stream"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 201, answer.status
        return sha256

    def job_record(self, job):
        return self.api("GET", f"/v1/jobs/{job['id']}")

    def wait_for(self, job, seconds, finished=None):
        """Waits until assignments of a job are finished: all, or so many."""
        wanted = job["total"] if finished is None else finished
        return wait_until(lambda: (r := self.job_record(job))["finished"] >= wanted and r, seconds,
                          f"{wanted} of {job['total']} runs stored; now {self.job_record(job)}", every=0.3)

    def rows(self, sql):
        """Asks the store itself, which may be in use."""
        name = next(n for n in sorted(os.listdir(self.data)) if n.endswith((".sqlite", ".db", ".sqlite3")))
        database = sqlite3.connect(f"file:{self.data}/{name}?mode=ro", uri=True, timeout=20)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def runs(self):
        """All runs as the collector tells them, the first to start first; at most 500."""
        page = self.api("GET", "/v1/runs?limit=500")
        assert page.get("nextCursor") is None, "more runs than a page holds"
        return page["runs"][::-1]

    def run_ids(self):
        return {row[0] for row in self.rows("SELECT id FROM run")}


class Agent:
    """A state directory, and the agent on it when it is started."""

    def __init__(self, collector, name, url=None, wrapper=(), environment=None, options=()):
        self.collector, self.name = collector, name
        self.state, self.process = f"{collector.folder}/{name}", None
        self.wrapper, self.environment = list(wrapper), environment or {}
        token = f"{collector.folder}/{name}.token"
        with open(os.open(token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(collector.enrolment_token())
        subprocess.run(
            self.wrapper + [f"{BIN}/edgeprof-agent", "enroll", "--collector", url or collector.url, "--token-file",
                            token, "--state-dir", self.state, "--name", name, "--label", f"name={name}", *options],
            check=True, stdout=subprocess.DEVNULL, env={**os.environ, **self.environment})
        with open(f"{self.state}/identity.json") as file:
            self.id = json.load(file)["agentId"]

    @property
    def spool(self):
        return f"{self.state}/spool"

    def start(self, *options):
        self.process = Process(
            self.wrapper + [f"{BIN}/edgeprof-agent", "run", "--state-dir", self.state, "--startup-jitter", "0",
                            *options], f"{self.collector.folder}/{self.name}.log", self.environment)
        return self

    def wait_for_log(self, text, seconds):
        wait_until(lambda: text in self.process.log(), seconds, f"agent says '{text}'; it says:\n"
                   + self.process.log()[-1500:])

    def heartbeat(self):
        """The latest one the collector has."""
        return self.collector.api("GET", f"/v1/agents/{self.id}").get("heartbeat") or {}

    def waiting(self):
        """Names of the records in the spool."""
        try:
            return sorted(n for n in os.listdir(self.spool) if n.endswith(".record"))
        except FileNotFoundError:
            return []

    def child(self):
        """The measuring process, which the agent's worker starts; nil when there is none now."""
        for worker in children_of(self.process.pid):
            for pid in children_of(worker):
                try:
                    if "edgeprof-measure" in os.readlink(f"/proc/{pid}/exe"):
                        return pid
                except OSError:
                    pass
        return None


def children_of(pid):
    """The children of a process, whichever of its threads started them."""
    children = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                children += [int(child) for child in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return children
