"""What every case needs."""
import os
import shutil
import subprocess

from faults_base import Skip



def case(quick=True, measures=False, collector=False):
    """Marks a case: whether it is quick enough for every change, whether it measures (one at a time then), and whether it is
    about the collector and its store, with simulated agents."""
    def mark(function):
        function.quick, function.measures, function.collector = quick, measures, collector
        return function
    return mark


def need_mounts():
    if not os.environ.get("EDGEPROF_FAULTS_MOUNTED"):
        raise Skip("mounting needs root and mount namespaces")


def lying_clock(folder):
    """The library that lies about the time, built from clock.c."""
    compiler = next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), None)
    if compiler is None:
        raise Skip("needs a C compiler")
    source, library = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock.c"), f"{folder}/clock.so"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def mount_tmpfs(path, size):
    need_mounts()
    os.makedirs(path, mode=0o700, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", path], check=True)


def fill_disk(path):
    """Takes all the room of a file system; returns the file that does."""
    name = f"{path}/filler"
    with open(name, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    return name
