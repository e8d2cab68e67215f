"""The stores a collector is loaded on: a folder with SQLite, or a PostgreSQL server of its own with durability on."""
import glob
import os
import pwd
import signal
import socket
import sqlite3
import subprocess
import sys
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{process.args[:5]} does not listen")


class SQLite:
    name = "SQLite"

    def __init__(self, folder, cpus):
        self.folder = folder
        self.options = ["--data-dir", folder]
        self.database = os.path.join(folder, "collector.sqlite")

    def rows(self, sql):
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as store:
            return store.execute(sql).fetchall()

    def check(self):
        return self.rows("PRAGMA quick_check")[0][0]

    def bytes(self):
        return os.path.getsize(self.database)

    def tables(self):
        """Bytes of each table and index; SQLite's dbstat may be missing."""
        try:
            return self.rows("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 9")
        except sqlite3.Error:
            return []

    def stop(self):
        pass


class PostgreSQL:
    name = "PostgreSQL"

    def __init__(self, folder, cpus):
        versions = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
        if not versions:
            sys.exit("PostgreSQL is not installed: apt-get install postgresql-15")
        self.programs = os.path.dirname(versions[-1])
        self.port = free_port()
        # PostgreSQL refuses root.
        user = []
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chmod(os.path.dirname(folder), 0o711)
            os.makedirs(folder, exist_ok=True)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        else:
            os.makedirs(folder, exist_ok=True)
        data = os.path.join(folder, "data")
        subprocess.run(user + [f"{self.programs}/initdb", "-D", data, "-A", "trust", "-U", "edgeprof", "-E", "UTF8",
                               "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.log = open(os.path.join(os.path.dirname(folder), "postgres.log"), "w")
        self.server = subprocess.Popen(
            ["taskset", "-c", cpus] + user + [f"{self.programs}/postgres", "-D", data, "-p", str(self.port),
             "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"],
            stdout=self.log, stderr=self.log, cwd="/")
        wait_for(self.port, self.server)
        end = time.monotonic() + 30
        while subprocess.run(self.psql("postgres", "SELECT 1"), capture_output=True).returncode:
            if time.monotonic() > end:
                sys.exit("PostgreSQL does not answer")
            time.sleep(0.1)
        subprocess.run(self.psql("postgres", "CREATE DATABASE load ENCODING 'UTF8' TEMPLATE template0"), check=True,
                       capture_output=True)
        self.options = ["--store", f"postgres://edgeprof@127.0.0.1:{self.port}/load"]

    def psql(self, database, sql):
        return [f"{self.programs}/psql", "-X", "-At", "-h", "127.0.0.1", "-p", str(self.port), "-U", "edgeprof",
                "-d", database, "-c", sql]

    def rows(self, sql):
        answer = subprocess.run(self.psql("load", sql), check=True, capture_output=True, text=True).stdout
        return [tuple(line.split("|")) for line in answer.splitlines()]

    def check(self):
        return "ok"

    def bytes(self):
        return int(self.rows("SELECT pg_database_size('load')")[0][0])

    def tables(self):
        return [(name, int(size)) for name, size in self.rows(
            "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't') ORDER BY 2 DESC LIMIT 9")]

    def stop(self):
        self.server.send_signal(signal.SIGINT)
        try:
            self.server.wait(30)
        except subprocess.TimeoutExpired:
            self.server.kill()


KINDS = {"sqlite": SQLite, "postgresql": PostgreSQL}
