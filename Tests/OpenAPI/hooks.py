"""Real ids and the right tokens for the requests schemathesis makes; loaded by run.py through SCHEMATHESIS_HOOKS."""
import base64
import hashlib
import json
import os
import urllib.error
import urllib.request

import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

URL = os.environ["EDGEPROF_URL"]
ADMIN = os.environ["EDGEPROF_ADMIN"]
# Operations for one role that administrators do not have.
OWN_TOKEN = {"enroll": "enrollment", "heartbeat": "agent", "nextAssignments": "agent"}
HOST = {
    "hostname": "box", "architecture": "x86_64", "cpuModel": "cpu", "kernel": "6.1", "operatingSystem": "Debian", "usableCpus": 4,
    "onlineCpus": 4, "memoryBytes": 1 << 30, "isa": "avx2", "cacheBytes": {}, "virtualized": False}


def ask(method, path, body=None, token=ADMIN, content_type="application/json"):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": content_type} if data is not None else {})
    request = urllib.request.Request(URL + path, data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def enrolled(auto_accept=True, key=None):
    """A new agent: id and access token."""
    key = (key or Ed25519PrivateKey.generate()).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    token = ask("POST", "/v1/tokens", {"role": "enrollment", "autoAccept": auto_accept})["token"]
    key = base64.b64encode(key).decode()
    agent = ask("POST", "/v1/enroll", {"name": "box", "labels": {"site": "lab"}, "host": HOST, "version": "1", "publicKey": key}, token)
    return agent["agentId"], agent.get("accessToken")


KEY = Ed25519PrivateKey.generate()
AGENT, AGENT_TOKEN = enrolled(key=KEY)
ENROLLMENT = ask("POST", "/v1/tokens", {"role": "enrollment", "maximumUses": 1_000_000})["token"]
MODEL = b"not a network, but a file all the same"
SHA256 = hashlib.sha256(MODEL).hexdigest()
ask("PUT", f"/v1/models/{SHA256}?name=file", MODEL, content_type="application/octet-stream")
ask("PUT", f"/v1/models/{SHA256}/accuracy", {
    "model": "file", "precision": "int8", "source": "given", "top1": 0.5, "top1Interval": [0.4, 0.6], "images": 10, "dataset": "d",
    "measuredAt": "2026-01-01T00:00:00Z", "producer": "test"})
ask("PUT", "/v1/tiers", {"tiers": [
    {"id": "small", "price_usd": 45, "memory_mib": 1024, "idle_watts": 2.7, "active_watts": 6.4, "match": {"label": {"site": "lab"}}}]})
SETTINGS = {"scenario": "offline", "plan": "fused", "durationSeconds": 1}
JOB = ask("POST", "/v1/jobs", {"models": ["resnet18"], "settings": SETTINGS, "labels": {}, "repetitions": 1})["id"]
RUN, OTHER = "01a20000-0000-7000-8000-000000000001", "01a20000-0000-7000-8000-000000000002"
ask("POST", "/v1/runs", {"runs": [{
    "schemaVersion": 1, "id": id, "startedAt": "2026-11-22T00:00:00Z", "host": HOST, "outcome": "refused", "outcomeReason": "a test",
    "model": {"name": "resnet18", "sha256": ""}, "threads": 1, "instances": 1, "isa": "", "plan": "fused", "scenario": "single-stream",
    "counters": [], "flags": [], "producer": "test"} for id in (RUN, OTHER)]})


def signed_challenge():
    """What refreshing the agent's token takes."""
    try:
        urllib.request.urlopen(urllib.request.Request(f"{URL}/v1/agents/{AGENT}/token", method="POST"), timeout=30)
    except urllib.error.HTTPError as refused:
        challenge = json.loads(refused.read())["challenge"]
    text = f"edgeprof-token-v1\n{AGENT}\n{challenge}".encode()
    return {"challenge": challenge, "signature": base64.b64encode(KEY.sign(text)).decode()}


def real_values(operation):
    """Path parameters that exist; what an operation uses up is made anew for it."""
    path, name = operation.path, operation.definition.raw.get("operationId")
    if name == "revokeAgent":
        return {"id": enrolled()[0]}
    if name == "approveAgent":
        return {"id": enrolled(auto_accept=False)[0]}
    if name == "revokeToken":
        return {"id": ask("POST", "/v1/tokens", {"role": "viewer"})["id"]}
    if path.startswith("/v1/agents/{id}"):
        return {"id": AGENT}
    if path.startswith("/v1/jobs/{id}"):
        return {"id": JOB}
    if path.startswith("/v1/runs/{id}"):
        return {"id": RUN}
    if path.startswith("/v1/models/{sha256}"):
        return {"sha256": SHA256}
    return {"file": "SHA256SUMS"} if "{file}" in path else {}


@schemathesis.hook
def map_case(context, case):
    """Every other request is of something that exists."""
    name = case.operation.definition.raw.get("operationId")
    if name == "nextAssignments" and case.query:
        wait = str(case.query.get("wait", ""))
        # What is held for a minute is held by tests of its own.
        if wait.isascii() and wait.isdigit() and 1 < int(wait) <= 60:
            case.query = {**case.query, "wait": 1}
    if name == "compareRuns" and isinstance(case.body, dict) and set(case.body) == {"a", "b"}:
        case.body = {"a": {"ids": [RUN]}, "b": {"ids": [OTHER]}}
    parameters = json.dumps(case.path_parameters, sort_keys=True, default=str)
    if not case.path_parameters or hashlib.sha256(parameters.encode()).digest()[0] % 2:
        return case
    case.path_parameters = {**case.path_parameters, **real_values(case.operation)}
    if name == "pushModel" and case.media_type:
        case.body = MODEL
    if name == "refreshToken" and isinstance(case.body, dict):
        case.body = signed_challenge()
    return case


@schemathesis.auth(refresh_interval=None)
class Token:
    """The token of the role an operation is for."""

    def get(self, case, context):
        role = OWN_TOKEN.get(case.operation.definition.raw.get("operationId"))
        return {"agent": AGENT_TOKEN, "enrollment": ENROLLMENT}.get(role, ADMIN)

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
