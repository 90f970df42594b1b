"""How quick is a register of a million licences? Fills an installation with `elicence seed` and asks it over HTTP.

    ELICENCE=target/release/elicence python3 tests/load/library_scale.py [--licences N] [--rounds N] [--data DIR] [--postgres URL]

Without --postgres the embedded SQLite is measured; a database that is named must be empty or seeded by this script. With --data the
folder is kept, and a second run goes on with what is there. Prints CSV: what was asked, p50, p99 and worst in milliseconds, as a client
on the same machine sees them over one connection. Ends with 1 when a p99 passes 20 ms, or when the last page of a list costs more than
twice the first.
"""

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "blackbox"))
os.environ.setdefault("ELICENCE", str(Path(__file__).resolve().parents[2] / "target/release/elicence"))
from _elicence import demo, elicence  # noqa: E402
from _postgres import settings  # noqa: E402
from _server import Server  # noqa: E402

LONGEST = 20.0
PAGE = 50


class Client:
    """One connection that stays open, with a key."""

    def __init__(self, port, key):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, method, path, body=None):
        """(milliseconds, JSON); anything but 200 ends the measurement."""
        data = json.dumps(body) if body is not None else None
        while True:
            start = time.perf_counter()
            self.connection.request(method, path, body=data, headers=self.headers)
            answer = self.connection.getresponse()
            text = answer.read()
            taken = (time.perf_counter() - start) * 1000
            if answer.status == 429:
                time.sleep(float(answer.headers.get("Retry-After", "1")))
                continue
            if answer.status != 200:
                sys.exit(f"{method} {path.split('?')[0]}: {answer.status} {text[:300]!r}")
            return taken, json.loads(text)


def report(name, times):
    """Prints one line and returns its p99."""
    times = sorted(times)
    p99 = times[min(len(times) - 1, len(times) * 99 // 100)]
    print(f"{name},{len(times)},{times[len(times) // 2]:.2f},{p99:.2f},{times[-1]:.2f}", flush=True)
    return p99


def walk(client, total):
    """Times of the first and the last pages of the list of all licences, reached by their cursors."""
    times, after, seen = [], None, 0
    while True:
        taken, page = client.ask("POST", "/api/v1/licences/search", {"limit": 200} | ({"after": after} if after else {}))
        times.append(taken)
        seen, after = seen + len(page["items"]), page["next"]
        if after is None or seen >= total:
            return times


def measure(client, samples, rounds, pages):
    pick = random.Random(1).choice
    reads = [client.ask("GET", "/api/v1/licences/" + quote(pick(samples)["identifier"], safe=""))[0] for _ in range(rounds)]
    holders, numbers, catalogue = [], [], []
    for _ in range(rounds):
        one = pick(samples)
        body = {"holder": {"code_type": one["holder"]["code_type"], "code": one["holder"]["code"]}, "limit": PAGE}
        taken, found = client.ask("POST", "/api/v1/licences/search", body)
        if all(item["identifier"] != one["identifier"] for item in found["items"]):
            sys.exit("a holder's licence was not found")
        holders.append(taken)
        taken, found = client.ask("POST", "/api/v1/licences/search", {"type": one["type"], "number": one["number"]})
        if [item["identifier"] for item in found["items"]] != [one["identifier"]]:
            sys.exit("a number was not found")
        numbers.append(taken)
        catalogue.append(client.ask("GET", "/api/v1/catalogue/search?q=" + quote(pick(["营业执照", "yyzz", "食品", "建造师", "不动产"])))[0])
    results = {"read by identifier": reads, "find by holder": holders, "find by number": numbers, "search the catalogue": catalogue}
    late = [name for name, times in results.items() if report(name, times) > LONGEST]
    times = walk(client, pages)
    width = max(1, len(times) // 10)
    first, last = report("first tenth of the list (200 a page)", times[:width]), report("last tenth of the list", times[-width:])
    # Medians tell the shape; a p99 of few pages is luck.
    first, last = sorted(times[:width])[width // 2], sorted(times[-width:])[width // 2]
    if last > 2 * max(first, 1.0):
        late.append("the list grows slower")
    return late


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--licences", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--pages", type=int, default=1_000_000, help="walk through so many licences of the list")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--postgres", metavar="URL")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = arguments.data or Path(temporary) / "data"
        env = settings(arguments.postgres) | {"ELICENCE_LIMITS__REQUESTS_PER_MINUTE": "1000000"}
        if not (data / "elicence.toml").exists():
            demo(data, env=env)
        sample = Path(temporary) / "sample.jsonl"
        start = time.monotonic()
        done = elicence("seed", "--data", data, "--licences", arguments.licences, "--sample", sample, "--samples", 5000, env=env, timeout=24 * 3600)
        if done.code != 0:
            sys.exit(f"seed: {done}")
        print(f"# {arguments.licences} licences on {'PostgreSQL' if arguments.postgres else 'SQLite'}; seeding took {time.monotonic() - start:.0f} s", flush=True)
        key = elicence("keys", "api", "add", f"scale-{os.getpid()}", "--role", "clerk", "--role", "approver", "--role", "issuer", "--data", data, "--json", env=env)
        if key.code != 0:
            sys.exit(f"keys api add: {key}")
        server = Server(data, Path(temporary) / "server.log", env=env)
        try:
            samples = [json.loads(line) for line in sample.read_text().splitlines()]
            print("asked,times,p50_ms,p99_ms,worst_ms")
            late = measure(Client(server.port, key.json["key"]), samples, arguments.rounds, arguments.pages)
        finally:
            server.stop()
        if late:
            sys.exit(f"too slow: {late}")


if __name__ == "__main__":
    main()
