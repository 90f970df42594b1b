"""Databases of our own in the private PostgreSQL cluster that tests/run started, and clusters that may be stopped."""

import os
import secrets
import subprocess
from pathlib import Path

from _elicence import TOP

CONTROL = TOP / "tests" / "setup" / "postgres.sh"


def sql(url, statement):
    """Runs SQL through psql and returns its rows as lists of text."""
    done = subprocess.run(["psql", url, "-XAtq", "-F", "\t", "-c", statement], capture_output=True, text=True, check=True, timeout=60)
    return [line.split("\t") for line in done.stdout.splitlines()]


def new_database():
    """The URL of a new, empty database."""
    url = os.environ["ELICENCE_TEST_POSTGRES"]
    name = f"blackbox_{secrets.token_hex(6)}"
    sql(url, f"create database {name}")
    return url.rsplit("/", 1)[0] + "/" + name


def settings(url):
    """The environment that makes the binary use a database; none for SQLite in the data folder."""
    return {"ELICENCE_DATABASE__URL": url} if url else {}


class Cluster:
    """A cluster that one suite may stop, kill and start again."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def _do(self, verb):
        return subprocess.run([CONTROL, verb, self.folder], check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout.strip()

    def start(self):
        return self._do("start")

    def stop(self):
        self._do("stop")

    def kill(self):
        self._do("kill")
