#!/usr/bin/env python3
"""A file a record against one append-only segment: what each costs on this disk (docs/decisions/0007-spool-layout.md).

usage: layouts.py FOLDER
"""
import json
import os
import shutil
import statistics
import sys
import time


def written(device):
    """Bytes the block device has been asked to write."""
    with open(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat") as file:
        return int(file.read().split()[6]) * 512


def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def file_a_record(folder, payload, number):
    partial = f"{folder}/{number:016x}.partial"
    with open(partial, "wb", buffering=0) as file:
        file.write(payload)
        os.fsync(file.fileno())
    os.rename(partial, f"{folder}/{number:016x}.record")
    sync(folder)


def appends(folder, size, count, layout):
    """Milliseconds and device bytes of an append."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    payload, device = os.urandom(size), os.stat(folder).st_dev
    os.sync()
    times, before = [], written(device)
    segment = open(f"{folder}/segment", "ab", buffering=0) if layout == "segment" else None
    for number in range(count):
        began = time.perf_counter()
        if segment:
            segment.write(payload)
            os.fdatasync(segment.fileno())
        else:
            file_a_record(folder, payload, number)
        times.append((time.perf_counter() - began) * 1e3)
    os.sync()
    room = sum(os.stat(f"{folder}/{n}").st_blocks * 512 for n in os.listdir(folder))
    return {"milliseconds": round(statistics.median(times), 3), "deviceBytes": (written(device) - before) // count,
            "blocksPerRecord": room // count}


def opening(folder, size, count, layout):
    """Seconds to read everything, from the disk and from memory."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    payload = os.urandom(size)
    if layout == "segment":
        with open(f"{folder}/segment", "wb") as file:
            for _ in range(count):
                file.write(payload)
    else:
        for number in range(count):
            with open(f"{folder}/{number:016x}.record", "wb", buffering=0) as file:
                file.write(payload)
    os.sync()
    seconds = []
    for drops in (True, False):
        if drops:
            with open("/proc/sys/vm/drop_caches", "w") as file:
                file.write("3")
        began = time.perf_counter()
        for name in sorted(os.listdir(folder)):
            with open(f"{folder}/{name}", "rb", buffering=0) as file:
                while file.read(1 << 20):
                    pass
        seconds.append(round(time.perf_counter() - began, 2))
    return {"coldSeconds": seconds[0], "warmSeconds": seconds[1]}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1] + "/layouts"
    rows = {}
    for layout in ("file", "segment"):
        rows[layout] = {f"append{size}": appends(folder, size, 300, layout) for size in (2_000, 20_000)}
        rows[layout]["open100000x2000"] = opening(folder, 2_000, 100_000, layout)
    shutil.rmtree(folder)
    print(json.dumps(rows, indent=2))


main()
