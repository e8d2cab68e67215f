"""PostgreSQL servers of a case's own: Debian's programs, the case's folder, a free port of this machine; durability is on."""
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time

from faults_base import Skip
from processes import Process, children_of, wait_until


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def programs():
    """The folder of the newest PostgreSQL's programs."""
    found = [(int(m[1]), p) for p in glob.glob("/usr/lib/postgresql/*/bin") if (m := re.search(r"/(\d+)/bin", p))]
    found = [entry for entry in found if entry[0] >= 15 and os.access(f"{entry[1]}/initdb", os.X_OK)]
    if not found:
        raise Skip("needs Debian's postgresql-15")
    return max(found)[1]


class Server:
    """A server; `data` may lie on a disk of its own."""

    def __init__(self, folder, name="postgres", data=None, wal=None, made=True):
        self.bin, self.folder, self.name, self.port = programs(), folder, name, free_port()
        # Not below the case's folder, which only root may enter.
        self.home = data or f"/tmp/edgeprof-{name}-{os.getpid()}-{os.urandom(4).hex()}"
        self.data, self.process = f"{self.home}/data", None
        # PostgreSQL refuses root.
        self.drop = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self.drop = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        os.makedirs(self.home, exist_ok=True)
        self.own(self.home)
        if wal:
            os.makedirs(wal, exist_ok=True)
            self.own(wal)
        if made:
            self.run("initdb", "-D", self.data, "-A", "trust", "-U", "edgeprof", "-E", "UTF8", "--locale=C.UTF-8",
                     *(["--waldir", f"{wal}/wal"] if wal else []))
        servers.append(self)

    def own(self, path):
        if self.drop:
            os.chown(path, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)

    def run(self, program, *arguments, check=True):
        done = subprocess.run([*self.drop, f"{self.bin}/{program}", *arguments], capture_output=True, text=True, cwd="/tmp")
        assert not check or done.returncode == 0, done.stderr[-500:]
        return done.stdout

    def start(self, *settings, wait=True):
        options = [word for setting in settings for word in ("-c", setting)]
        self.process = Process(
            [*self.drop, f"{self.bin}/postgres", "-D", self.data, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
             "-c", f"unix_socket_directories={self.home}", "-c", "shared_buffers=64MB", *options],
            f"{self.folder}/{self.name}.log")
        if wait:
            wait_until(self.is_up, 60, f"{self.name} answers: {self.process.log()[-500:]}", every=0.2)
        return self

    def is_up(self):
        done = subprocess.run([f"{self.bin}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)])
        return done.returncode == 0

    def stop(self):
        """Ends it as its service does: no new connections, open ones broken, data on the disk."""
        self.process.popen.send_signal(signal.SIGINT)
        self.process.popen.wait(60)

    def kill(self):
        """As a power cut would: all its processes at once."""
        self.signal(signal.SIGKILL)
        self.process.popen.wait()
        # The next one must not find this one's memory in use.
        time.sleep(0.3)

    def signal(self, number):
        """To all its processes, each of which leads a group of its own."""
        for pid in [self.process.pid, *children_of(self.process.pid)]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def sql(self, text, database="edgeprof", check=True):
        done = subprocess.run(
            [f"{self.bin}/psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
             "-U", "edgeprof", "-d", database, "-c", text], capture_output=True, text=True)
        assert not check or done.returncode == 0, done.stderr[-500:]
        return done.stdout.split()

    def database(self):
        """Makes the collector's database; its URL."""
        self.sql("CREATE DATABASE edgeprof", database="postgres")
        return self.url()

    def url(self, *others):
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in (self, *others))
        return f"postgres://edgeprof@{hosts}/edgeprof"

    def run_ids(self):
        return self.sql("SELECT id FROM run")

    def remove(self):
        if self.process and self.process.is_running:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


servers = []


def end_all(folder):
    for server in servers:
        if server.folder == folder:
            server.remove()
