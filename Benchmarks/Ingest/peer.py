"""MLflow's tracking server on SQLite, and clients that log runs to it as its own client does: create, log-batch, update."""
import http.client
import json
import os
import random
import sqlite3
import subprocess
import threading
import time

from stores import free_port, wait_for

METRICS = 140


class MLflow:
    def __init__(self, python, folder, cpus):
        self.port = free_port()
        os.makedirs(folder, exist_ok=True)
        self.database = os.path.join(folder, "mlflow.sqlite")
        self.log = open(os.path.join(folder, "log"), "w")
        environment = dict(os.environ, MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
        self.server = subprocess.Popen(
            ["taskset", "-c", cpus, python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port),
             "--workers", "2", "--backend-store-uri", f"sqlite:///{self.database}",
             "--default-artifact-root", os.path.join(folder, "artifacts")],
            stdout=self.log, stderr=self.log, env=environment, cwd=folder, start_new_session=True)
        # The first start makes the tables, one migration after the other.
        wait_for(self.port, self.server, 120)
        connection = self.connect()
        self.post(connection, "experiments/create", {"name": "ingest"}, key="experiment_id")
        self.experiment = self.created
        self.ids = []
        self.seconds = 0.0

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def post(self, connection, path, body, key=None):
        connection.request("POST", "/api/2.0/mlflow/" + path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {text[:200]}")
        if key:
            self.created = json.loads(text)[key]
        return text

    def run(self, connection, source):
        now = int(time.time() * 1000)
        text = self.post(connection, "runs/create", {"experiment_id": self.experiment, "start_time": now})
        run = json.loads(text)["run"]["info"]["run_id"]
        metrics = [{"key": f"layer{index}.nanoseconds" if index < 120 else f"metric{index}", "timestamp": now, "step": 0,
                    "value": source.random() * 1e6} for index in range(METRICS)]
        self.post(connection, "runs/log-batch", {"run_id": run, "metrics": metrics})
        self.post(connection, "runs/update", {"run_id": run, "status": "FINISHED", "end_time": now})
        return run

    def load(self, seconds, threads=8):
        """Logs runs for a while; the runs of this round."""
        start, failures = time.monotonic(), []
        made = []

        def work(seed):
            connection, source = self.connect(), random.Random(seed)
            while time.monotonic() - start < seconds:
                try:
                    made.append(self.run(connection, source))
                except (OSError, http.client.HTTPException, RuntimeError) as error:
                    failures.append(str(error))
                    connection.close()
                    connection = self.connect()

        workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.seconds += time.monotonic() - start
        self.ids += made
        for failure in failures[:3]:
            print("mlflow:", failure)
        return len(made), time.monotonic() - start

    def stop(self):
        os.killpg(self.server.pid, 15)
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.server.pid, 9)

    def verify(self):
        """Whether its store holds the runs it answered for, each with all its metrics."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as store:
            stored = dict(store.execute("SELECT run_uuid, count(*) FROM metrics GROUP BY run_uuid"))
        missing = [run for run in self.ids if stored.get(run) != METRICS]
        print(f"mlflow: {len(self.ids)} runs acknowledged, {len(missing)} not whole; "
              f"{os.path.getsize(self.database) / max(1, len(self.ids)):.0f} bytes a run on disk")
        return not missing
