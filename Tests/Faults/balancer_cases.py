"""Two collectors on one PostgreSQL behind HAProxy, set up as packaging/examples/haproxy-two-collectors.cfg has it."""
import os
import random
import shutil
import subprocess
import time

from case import case
from faults_base import Skip
from load import Client, Load, check
from postgres import Server, free_port
from processes import Collector, Process, wait_until
from store_cases import SEED

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packaging/examples/haproxy-two-collectors.cfg")


class Balancer:
    """HAProxy before collectors; to those who ask, it is a collector's URL."""

    def __init__(self, folder, collectors):
        program = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if program is None:
            raise Skip("needs Debian's haproxy")
        self.port = free_port()
        certificate = f"{folder}/pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-keyout", f"{folder}/key", "-out", f"{folder}/crt"],
                       check=True, capture_output=True)
        with open(certificate, "w") as joined:
            for name in ("crt", "key"):
                with open(f"{folder}/{name}") as part:
                    joined.write(part.read())
        with open(EXAMPLE) as file:
            text = file.read()
        # TLS is tried by scripts/test-proxies.sh; agents simulated here speak plainly.
        for old, new in [("bind :443 ssl crt /etc/haproxy/edgeprof.pem", f"bind 127.0.0.1:{self.port}"),
                         ("10.0.0.1:8640", f"127.0.0.1:{collectors[0].port}"),
                         ("10.0.0.2:8640", f"127.0.0.1:{collectors[1].port}"), ("maxconn 20000", "maxconn 500")]:
            assert old in text, f"the example has no {old}"
            text = text.replace(old, new)
        with open(f"{folder}/haproxy.cfg", "w") as file:
            file.write(text)
        self.process = Process([program, "-db", "-f", f"{folder}/haproxy.cfg"], f"{folder}/haproxy.log")
        wait_until(self.is_up, 20, f"HAProxy passes on: {self.process.log()[-500:]}", every=0.2)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def is_up(self):
        try:
            return Client(self.url, timeout=5).send("GET", "/readyz")[0] == 200
        except OSError:
            return False


# HAProxy asks every two seconds.
OPTIONS = ["--trusted-proxy", "127.0.0.1", "--drain-seconds", "4"]


def pair(folder):
    server = Server(folder).start()
    one = Collector(folder, store=server.database(), name="one").start(*OPTIONS)
    two = Collector(folder, store=server.url(), token=one.token, name="two").start(*OPTIONS)
    return server, [one, two], Balancer(folder, [one, two])


class BalancedLoad(Load):
    """Beside the collector's own answers, agents see HAProxy's: 502 to 504 without a problem document, and try again."""

    def stop(self):
        self.by_balancer = sum(1 for wrong in self.wrong if isinstance(wrong, tuple) and wrong[0] in (502, 503, 504)
                               and b"problem" not in wrong[2])
        self.wrong = [wrong for wrong in self.wrong if not (
            isinstance(wrong, tuple) and wrong[0] in (502, 503, 504) and b"problem" not in wrong[2])]
        return super().stop()


@case(collector=True)
def one_of_two_killed(folder, quick):
    """kill -9 of one or the other, at random moments; the other goes on serving."""
    count, generator = 3 if quick else 20, random.Random(SEED)
    server, collectors, balancer = pair(folder)
    load = BalancedLoad(collectors[0], url=balancer.url, agents=12).start()
    longest = 0
    for _ in range(count):
        before = load.count()
        wait_until(lambda: load.count() > before + 30, 60, "runs are stored")
        time.sleep(generator.uniform(0, 0.6))
        victim = generator.choice(collectors)
        victim.process.kill()
        killed, before = time.monotonic(), load.count()
        wait_until(lambda: load.count() > before + 10, 30, "the other one serves")
        longest = max(longest, time.monotonic() - killed)
        time.sleep(generator.uniform(0, 2))
        victim.start(*OPTIONS)
        time.sleep(3)
    load.stop()
    for collector in collectors:
        assert collector.process.stop() == 0
    return (f"{count} kills, the other went on within {longest:.1f} s; {load.by_balancer} answers of HAProxy's own, "
            f"{load.unanswered} requests unanswered; {check(load, server.run_ids())}; {load.twice} sent again and known")


@case(quick=False, collector=True)
def one_of_two_stopped(folder, quick):
    """SIGTERM of one after the other, as an upgrade does: no client sees half an answer or an error of HAProxy's."""
    count, generator = 4 if quick else 20, random.Random(SEED)
    server, collectors, balancer = pair(folder)
    load = BalancedLoad(collectors[0], url=balancer.url, agents=12).start()
    for turn in range(count):
        before = load.count()
        wait_until(lambda: load.count() > before + 30, 60, "runs are stored")
        time.sleep(generator.uniform(0, 0.6))
        victim = collectors[turn % 2]
        assert victim.process.stop() == 0, victim.process.log()[-500:]
        time.sleep(generator.uniform(0, 1))
        victim.start(*OPTIONS)
        # The check counts it in after two answers.
        time.sleep(5)
    load.stop()
    for collector in collectors:
        assert collector.process.stop() == 0
    assert not load.broken and not load.unanswered and not load.by_balancer, \
        (load.broken[:3], load.unanswered, load.by_balancer)
    return (f"{count} stops; 0 broken, 0 unanswered, 0 of HAProxy's own; "
            f"answers {dict(load.statuses)}; {check(load, server.run_ids())}")


CASES = [one_of_two_killed, one_of_two_stopped]
