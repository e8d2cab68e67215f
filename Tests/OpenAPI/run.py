#!/usr/bin/env python3
"""The collector against its own OpenAPI document: run.py COLLECTOR [EXAMPLES]. Starts the collector on a free port, and ends it."""
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = os.environ.get("EDGEPROF_OPENAPI_SEED", "20261123")


def main():
    collector, examples = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory(prefix="edgeprof-openapi-") as folder:
        packages = os.path.join(folder, "packages")
        os.mkdir(packages)
        # What it hands out it does not look into.
        with open(os.path.join(packages, "edgeprof-agent_0.1.0_amd64.deb"), "wb") as file:
            file.write(b"!<arch>\n")
        data = os.path.join(folder, "data")
        admin = subprocess.run([collector, "init", "--data-dir", data], check=True, capture_output=True, text=True).stdout.strip()
        with open(os.path.join(folder, "log"), "w+") as log:
            process = subprocess.Popen(
                [collector, "serve", "--data-dir", data, "--port", "0", "--packages", packages, "--model-limit", "1MiB"],
                stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                url = process.stdout.readline().rpartition(" ")[2].strip()
                environment = {**os.environ, "EDGEPROF_URL": url, "EDGEPROF_ADMIN": admin, "SCHEMATHESIS_HOOKS": "hooks",
                               "PYTHONPATH": HERE, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
                report = os.environ.get("EDGEPROF_OPENAPI_REPORT", os.path.join(folder, "report.ndjson"))
                status = subprocess.run(
                    [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file", os.path.join(HERE, "schemathesis.toml"),
                     "run", url + "/openapi.json", "--checks", "all", "--max-examples", str(examples), "--seed", SEED,
                     "--continue-on-failure", "--request-timeout", "70", "--no-color", "--report", "ndjson", "--report-ndjson-path", report,
                     *sys.argv[3:]],
                    env=environment, cwd=folder).returncode
                missing = unreached(url, report)
                if missing:
                    print("no 2xx from:", ", ".join(missing))
                if process.poll() is not None:
                    print(f"the collector ended with {process.returncode}")
                    status = 1
            finally:
                process.terminate()
                process.wait()
            log.seek(0)
            errors = [line for line in log if " error " in line or " critical " in line]
            for line in errors[:10]:
                print("log:", line.rstrip())
    sys.exit(1 if status or missing or errors else 0)


def unreached(url, report):
    """Operations that never answered with 2xx."""
    with urllib.request.urlopen(url + "/openapi.json") as answer:
        paths = json.load(answer)["paths"]
    wanted = {f"{method.upper()} {path}" for path, item in paths.items() for method in item if method != "parameters"}
    # The document itself was read to get here.
    return sorted(wanted - reached(report) - {"GET /openapi.json"})


def reached(report):
    found = set()
    with open(report) as file:
        for line in file:
            event = json.loads(line)
            scenario = event.get("ScenarioFinished")
            if not scenario:
                continue
            recorder = scenario["recorder"]
            for case, interaction in recorder.get("interactions", {}).items():
                response = interaction.get("response") or {}
                if 200 <= response.get("status_code", 0) < 300:
                    value = recorder["cases"][case]["value"]
                    found.add(f"{value['method']} {value['path']}")
    return found


main()
