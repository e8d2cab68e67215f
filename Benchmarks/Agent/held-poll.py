#!/usr/bin/env python3
"""What an idle agent costs while the collector holds its request over TLS: memory, CPU time, against the goals of docs/agent.md.

Everything is real and on loopback: a collector that speaks TLS, an enrolled agent. Take the programs as packaged (`make deb`):
usage: held-poll.py --agent PROGRAM --collector PROGRAM [--minutes 60]     exit code 1 where a goal is missed
       held-poll.py … --functions FILE     writes the functions such an agent calls, for the linker to lay side by side
The second form takes two minutes under callgrind and an agent that still has its symbols.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

GOALS = {"VmHWM": (26.0, "MB"), "RssAnon": (8.0, "MB"), "CPU": (0.1, "%")}


def status(pid):
    """Fields of /proc/PID/status in bytes, and the process's CPU seconds with those of its ended children."""
    fields = {}
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            name, _, value = line.partition(":")
            if value.endswith("kB\n"):
                fields[name] = int(value.split()[0]) * 1024
    with open(f"/proc/{pid}/stat") as file:
        words = file.read().rpartition(")")[2].split()
    return fields, sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")


def called_functions(profile, program):
    """Names of the program's own functions in a callgrind profile, sorted."""
    defined = {line.split()[-1] for line in subprocess.run(["nm", program], check=True, capture_output=True, text=True).stdout.splitlines()}
    called = set()
    with open(profile) as file:
        for line in file:
            found = re.match(r"c?fn=\(\d+\) (.*?)('\d+)?$", line)
            if found:
                called.add(found[1])
    return sorted(called & defined)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", required=True)
    parser.add_argument("--collector", required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--functions")
    options = parser.parse_args()
    started = []

    def start(*command, **more):
        process = subprocess.Popen(command, stderr=log, **more)
        started.append(process)
        return process

    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "log"), "w+") as log:
        def path(name):
            return os.path.join(folder, name)

        try:
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path("key.pem"), "-out", path("ca.pem"),
                 "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                check=True, stderr=subprocess.DEVNULL)
            subprocess.run([options.collector, "init", "--data-dir", path("data")], check=True, stdout=subprocess.DEVNULL)
            collector = start(options.collector, "serve", "--data-dir", path("data"), "--port", "0", "--log-level", "warning",
                              "--tls-certificate", path("ca.pem"), "--tls-key", path("key.pem"), stdout=subprocess.PIPE, text=True)
            port = collector.stdout.readline().rpartition(":")[2].strip()
            token = os.open(path("token"), os.O_WRONLY | os.O_CREAT, 0o600)
            subprocess.run([options.collector, "token", "create", "--data-dir", path("data"), "--role", "enrollment"],
                           check=True, stdout=token)
            os.mkdir(path("state"), 0o700)
            subprocess.run([options.agent, "enroll", "--collector", f"https://localhost:{port}", "--ca-file", path("ca.pem"),
                            "--token-file", path("token"), "--state-dir", path("state")], check=True, stdout=subprocess.DEVNULL)
            began = time.monotonic()
            command = [options.agent, "run", "--state-dir", path("state")]
            if options.functions:
                profiler = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={path('profile')}"]
                agent = start(*profiler, *command, env={"PATH": os.environ["PATH"]})
                time.sleep(120)
                agent.send_signal(signal.SIGTERM)
                agent.wait()
                names = called_functions(path("profile"), options.agent)
                with open(options.functions, "w") as file:
                    file.writelines(name + "\n" for name in names)
                return print(f"{options.functions}: {len(names)} functions")
            agent = start(*command, env={"PATH": os.environ["PATH"]})
            most = {"VmHWM": 0, "RssAnon": 0}
            print("minute  VmHWM MB  RssAnon MB  CPU s", flush=True)
            for minute in range(1, max(1, round(options.minutes)) + 1):
                time.sleep(max(0, began + minute * 60 - time.monotonic()))
                if agent.poll() is not None:
                    log.seek(0)
                    sys.exit(f"held-poll: the agent ended with {agent.returncode}:\n{log.read()}")
                fields, seconds = status(agent.pid)
                most = {name: max(value, fields[name]) for name, value in most.items()}
                if minute == 1 or minute % 5 == 0:
                    print(f"{minute:6d}  {most['VmHWM'] / 1e6:8.2f}  {fields['RssAnon'] / 1e6:10.2f}  {seconds:5.2f}", flush=True)
            figures = {name: value / 1e6 for name, value in most.items()} | {"CPU": 100 * seconds / (time.monotonic() - began)}
            for name, (goal, unit) in GOALS.items():
                print(f"{name}: {figures[name]:.3g} {unit}, goal {goal:g}: {'ok' if figures[name] <= goal else 'missed'}")
            log.seek(0)
            for line in log.read().splitlines()[1:]:
                print("log:", line)
            sys.exit(any(figures[name] > goal for name, (goal, _) in GOALS.items()))
        finally:
            for process in reversed(started):
                process.send_signal(signal.SIGTERM)
                process.wait()


main()
