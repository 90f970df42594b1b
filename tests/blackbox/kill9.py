"""Kills command lines and servers at random moments of their work, on both databases: every acknowledged licence is there and valid, no number or status
index is given twice, nothing is half visible, and the process that was not killed works on.

KILLS = how often on each database (100 by default: 200 in all).
"""

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

from _elicence import BINARY, TOP, VALID, WORK, Checks, clean_environment, demo, verify
from _postgres import new_database, settings
from _samples import definition, numbered, rows, write
from _server import Server

sys.path.insert(0, str(TOP / "tests" / "witness"))
import qr_token  # noqa: E402

KILLS = int(os.environ.get("KILLS", 100))
FOLDER = "food-permit"
TYPE = definition(FOLDER)["code"]
ROWS_PER_FILE = 12
# How long a half-done mint may wait for its lease to run out and for somebody to take it over.
RECOVERY_SECONDS = 120

check = Checks()


class Acknowledged:
    """What the service said it had done; shared by threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.licences = {}  # identifier: facts as they were first told
        self.asked = {}  # idempotency key: face
        self.of_key = {}  # idempotency key: identifier

    def add(self, facts, key=None):
        identifier = facts["identifier"]
        with self.lock:
            known = self.licences.setdefault(identifier, facts)
            check("one licence has one number and one QR code", (known["number"], known["qr"]) == (facts["number"], facts["qr"]), (known, facts))
            if key:
                check("one idempotency key has one licence", self.of_key.setdefault(key, identifier) == identifier, key)


class CommandLine:
    """`elicence mint` of a file, its report read while it runs."""

    def __init__(self, home, env, told):
        self.told = told
        self.rows = [row if index % 3 else numbered(row, "JY5") for index, row in zip(range(ROWS_PER_FILE), rows(FOLDER) * ROWS_PER_FILE)]
        self.out = home / "out"
        name = home / "input" / f"{uuid.uuid4().hex}.json"
        command = [BINARY, "mint", "--type", TYPE, "--input", write(name, self.rows, FOLDER), "--out", self.out, "--data", home / "data", "--json"]
        self.errors = open(home / "mint.err", "ab")
        self.process = subprocess.Popen(list(map(str, command)), env=clean_environment(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, cwd="/")
        self.seen = 0
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            # A killed process may leave half a line: no acknowledgement.
            if line.endswith(b"\n") and line.strip():
                told = json.loads(line)
                if told.get("identifier"):
                    self.seen += 1
                    self.told.add(told)

    def end(self):
        code = self.process.wait(timeout=300)
        self.reader.join()
        self.errors.close()
        return code

    def kill(self):
        self.process.kill()
        self.end()


class Clients:
    """Threads that ask a server for licences until they are told to stop."""

    def __init__(self, server, key, told, count=2):
        self.server, self.key, self.told = server, key, told
        self.stopping = False
        self.minted = 0
        self.threads = [threading.Thread(target=self._work) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def _work(self):
        while not self.stopping:
            key = uuid.uuid4().hex
            row = random.choice(rows(FOLDER))
            face = numbered(row, f"JY6{key[:6]}") if random.random() < 0.3 else row
            with self.told.lock:
                self.told.asked[key] = face
            try:
                status, answer = self.server.mint(self.key, TYPE, face, key)
            except (OSError, ValueError):
                return  # the server was killed
            if status == 201:
                self.minted += 1
                self.told.add(answer, key)
            elif not self.stopping:
                check("a living server mints", status in (429, 503), (status, answer))
                time.sleep(0.05)

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()


def kill_many(home, env, told, key, rng):
    """Runs two servers, or a server and command lines, and kills one after the other."""
    data = home / "data"
    env = env | {"ELICENCE_LIMITS__REQUESTS_PER_MINUTE": "1000000"}
    survivors = 0

    def start(kind):
        if kind == "server":
            server = Server(data, home / "server.log", env=env)
            return server, Clients(server, key, told)
        return CommandLine(home, env, told), None

    running = [start("server"), start("command line")]
    for turn in range(KILLS):
        time.sleep(rng.uniform(0.02, 0.6))
        victim = rng.randrange(2)
        process, clients = running[victim]
        other, other_clients = running[1 - victim]
        if isinstance(process, CommandLine) and process.process.poll() is not None:
            check("a command line that was not killed ends well", process.end() == 0, (home / "mint.err").read_text()[-500:])
            check("and told of every row", process.seen == ROWS_PER_FILE, process.seen)
            survivors += 1
        process.kill()
        if clients:
            clients.stop()
        if other_clients:
            before = other_clients.minted
        # Mostly a server beside a command line; for some time two servers.
        running[victim] = start(rng.choice(["server", "command line", "command line"]) if isinstance(other, Server) else "server")
        if other_clients:
            deadline = time.monotonic() + 20
            while other_clients.minted == before and time.monotonic() < deadline:
                time.sleep(0.02)
            check(f"kill {turn}: the other server works on", other_clients.minted > before, (home / "server.log").read_text()[-500:])
    for process, clients in running:
        if isinstance(process, CommandLine):
            check("the last command line ends well", process.end() == 0, (home / "mint.err").read_text()[-500:])
        else:
            clients.stopping = True
            clients.stop()
            check("the last server ends in order", process.stop() == 0)
    print(f"{home.name}: {KILLS} kills, {len(told.licences)} licences acknowledged, {survivors} command lines ran through")


def recovered(home, env, told, key, authority):
    """After everything: one server takes over what was half done; then each promise is looked at."""
    server = Server(home / "data", home / "server.log", env=env | {"ELICENCE_LIMITS__REQUESTS_PER_MINUTE": "1000000"})
    try:
        deadline = time.monotonic() + RECOVERY_SECONDS
        for idempotency_key, face in told.asked.items():
            while True:
                status, answer = server.mint(key, TYPE, face, idempotency_key)
                if status != 409 or time.monotonic() > deadline:
                    break
                time.sleep(0.5)
            if check("the same key and body give a licence after a crash", status in (200, 201), (status, answer)):
                told.add(answer, idempotency_key)
        for identifier, facts in told.licences.items():
            status, body = server.licence(key, identifier)
            if check("an acknowledged licence is there", status == 200, (identifier, status, body[:200])):
                check("and in force", json.loads(body)["state"] == "active", body[:300])
            status, document = server.licence(key, identifier, "/document")
            path = home / "document.pdf"
            path.write_bytes(document)
            done = verify(path, authority)
            check("its document is valid", status == 200 and done.code == VALID, (identifier, status, done))
            if done.code == VALID:
                check("and is that licence", done.json["licence"]["identifier"] == identifier, done.json["licence"])
    finally:
        server.stop()

    numbers = [facts["number"] for facts in told.licences.values()]
    check("no number twice", len(set(numbers)) == len(numbers), len(numbers) - len(set(numbers)))
    places = [tuple(qr_token.read(facts["qr"])[3][qr_token.LIC][7]) for facts in told.licences.values()]
    check("no status index twice", len(set(places)) == len(places), len(places) - len(set(places)))
    check("something was acknowledged", len(numbers) > KILLS, len(numbers))
    for path in Path(home / "out").rglob("*"):
        if path.is_file() and path.suffix == ".pdf":
            done = verify(path, authority)
            check("nothing half-written bears the name of a document", done.code == VALID, (path, done))


def main():
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    for name, url in (("sqlite", None), ("postgres", new_database())):
        rng = random.Random(seed)
        home = WORK / name
        home.mkdir(parents=True)
        env = settings(url)
        authority = demo(home / "data", env=env)
        key = re.findall(r"elk_[A-Za-z0-9_\-]+", (home / "data" / "demo-logins.json").read_text())[0]
        told = Acknowledged()
        kill_many(home, env, told, key, rng)
        recovered(home, env, told, key, authority)
    check.end()


if __name__ == "__main__":
    main()
