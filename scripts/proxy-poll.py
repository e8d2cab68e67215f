"""Enrols an agent through a proxy and has it wait for work there: a job made meanwhile must answer it.

usage: proxy-poll.py URL CA_FILE ADMIN_TOKEN
"""

import base64
import json
import os
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request

URL, CA, ADMIN = sys.argv[1:]
CONTEXT = ssl.create_default_context(cafile=CA)


def ask(method, path, token, body=None, timeout=30):
    request = urllib.request.Request(
        URL + path, method=method, data=None if body is None else json.dumps(body).encode()
    )
    request.add_header("Authorization", "Bearer " + token)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=CONTEXT) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


host = {
    "hostname": "edge-1", "architecture": "x86_64", "cpuModel": "a", "kernel": "6.1", "operatingSystem": "Debian 12",
    "usableCpus": 1, "onlineCpus": 1, "memoryBytes": 1 << 30, "isa": "avx2", "cacheBytes": {}, "virtualized": False,
}
enrollment = ask("POST", "/v1/tokens", ADMIN, {"role": "enrollment"})["token"]
agent = ask(
    "POST", "/v1/enroll", enrollment,
    {"name": "a", "labels": {}, "host": host, "version": "0.1.0", "publicKey": base64.b64encode(os.urandom(32)).decode()},
)
path, token = "/v1/agents/" + agent["agentId"], agent["accessToken"]

start = time.monotonic()
assert ask("GET", path + "/jobs?wait=3", token)["assignments"] == []
assert 2.5 < time.monotonic() - start < 10, "the poll was not held"

answers = []
poll = threading.Thread(target=lambda: answers.append(ask("GET", path + "/jobs?wait=20", token)))
poll.start()
time.sleep(1)
settings = {"scenario": "offline", "plan": "fused", "durationSeconds": 1}
ask("POST", "/v1/jobs", ADMIN, {"models": ["resnet18"], "settings": settings, "labels": {}, "repetitions": 1})
start = time.monotonic()
poll.join(15)
assert answers and len(answers[0]["assignments"]) == 1, answers
assert time.monotonic() - start < 5, "the job did not wake the poll"
