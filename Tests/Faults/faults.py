#!/usr/bin/env python3
"""Faults against real processes; docs/reliability.md says what each promises. usage: faults.py [quick] [collector] [NAME…]"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

SEED = os.environ.setdefault("EDGEPROF_FAULT_SEED", "20261123")


def own_namespace():
    """Mounts of our own: measurement locks that nobody else waits for, tmpfs that go with us."""
    if os.environ.get("EDGEPROF_FAULTS_MOUNTED") or os.geteuid() != 0:
        return
    if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode == 0:
        os.environ["EDGEPROF_FAULTS_MOUNTED"] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])


def private_locks(folder):
    """The measuring lock of this box, replaced by one of our own."""
    if not os.environ.get("EDGEPROF_FAULTS_MOUNTED"):
        return
    os.makedirs("/run/lock", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run/lock"], check=True)
    own = f"{folder}/measure.lock"
    for path in (own, "/tmp/edgeprof-measure.lock"):
        with open(path, "a"):
            os.chmod(path, 0o666)
    subprocess.run(["mount", "--bind", own, "/tmp/edgeprof-measure.lock"], check=True)


def main():
    own_namespace()
    names = [argument for argument in sys.argv[1:] if argument not in ("quick", "collector")]
    quick, collector = "quick" in sys.argv[1:], "collector" in sys.argv[1:]
    import cases
    from faults_base import Skip
    chosen = [c for c in cases.CASES if (c.__name__ in names if names else (c.quick or not quick)
                                             and (c.collector or not collector))]
    unknown = set(names) - {c.__name__ for c in cases.CASES}
    if unknown:
        sys.exit(f"faults: no case {', '.join(sorted(unknown))}; there are "
                 + ", ".join(c.__name__ for c in cases.CASES))
    root = tempfile.mkdtemp(prefix="edgeprof-faults-")
    private_locks(root)
    print(f"seed {SEED}", flush=True)
    passed, skipped, failed = 0, 0, []

    def run(case):
        folder = f"{root}/{case.__name__}"
        os.makedirs(folder)
        began = time.monotonic()
        try:
            return "ok", case(folder, quick), time.monotonic() - began
        except Skip as reason:
            return "skipped", str(reason), time.monotonic() - began
        except BaseException:
            return "FAILED", traceback.format_exc(limit=4), time.monotonic() - began
        finally:
            cases.end_all(folder)

    # Those that measure take turns; those that only wait do it side by side.
    with ThreadPoolExecutor(max_workers=6) as side_by_side, ThreadPoolExecutor(max_workers=1) as in_turn:
        futures = [(case, (in_turn if case.measures else side_by_side).submit(run, case)) for case in chosen]
        for case, future in futures:
            status, text, seconds = future.result()
            print(f"{status:8}{case.__name__:28}{seconds:5.0f} s  {text}", flush=True)
            passed += status == "ok"
            skipped += status == "skipped"
            if status == "FAILED":
                failed.append(case.__name__)
    print(f"{passed} passed, {len(failed)} failed, {skipped} skipped")
    if failed:
        sys.exit(f"faults: logs are in {root}")
    shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main()
