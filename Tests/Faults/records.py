"""The spool's records as docs/formats/spool.md tells them: written anew, so that the document is tested too."""
import json
import os
import struct
import time

_table = []
for _byte in range(256):
    _value = _byte
    for _ in range(8):
        _value = _value >> 1 ^ 0x82F63B78 if _value & 1 else _value >> 1
    _table.append(_value)


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ _table[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def encode(identifier, payload, reference="", worth=2):
    head = b"EDGESPL2" + struct.pack("<HHIQ", len(identifier), len(reference), worth, len(payload))
    body = head + identifier.encode() + reference.encode() + payload
    return body + struct.pack("<I", crc32c(body))


def decode(data):
    """Id, reference and payload of a whole record; None when it is not one."""
    if len(data) < 28 or data[:8] != b"EDGESPL2":
        return None
    first, second, _, length = struct.unpack("<HHIQ", data[8:24])
    if len(data) != 28 + first + second + length or crc32c(data[:-4]) != struct.unpack("<I", data[-4:])[0]:
        return None
    return data[24:24 + first].decode(), data[24 + first:24 + first + second].decode(), data[24 + first + second:-4]


def name(sequence):
    return f"{sequence:016x}.record"


def identifier(number):
    """A UUIDv7 that sorts by its number."""
    return f"019ab000-{number >> 16 & 0xffff:04x}-7000-8000-{number:012x}"


def run(number, agent, host, assignment=None):
    """A run that failed, as an agent would tell it: small, and sound to the collector."""
    value = {
        "schemaVersion": 1, "id": identifier(number), "agentId": agent, "host": host,
        "startedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "outcome": "crashed",
        "outcomeReason": "made for a test", "threads": 1, "instances": 1, "isa": "portable", "plan": "fused",
        "scenario": "single-stream", "counters": [], "flags": [], "producer": "fault test",
        "model": {"name": "squeezenet1_1", "sha256": "0" * 64}}
    if assignment:
        value.update(jobId=assignment[0], assignmentId=assignment[1])
    return value


def fill(agent, count, first=1, **changes):
    """Puts runs into an agent's spool while it does not run; returns their ids."""
    host = agent.collector.api("GET", f"/v1/agents/{agent.id}")["host"]
    os.makedirs(agent.spool, mode=0o700, exist_ok=True)
    ids = []
    for number in range(first, first + count):
        value = {**run(number, agent.id, host), **changes}
        with open(f"{agent.spool}/{name(number)}", "wb") as file:
            file.write(encode(value["id"], json.dumps(value).encode()))
        ids.append(value["id"])
    return ids
