"""What the black-box suites share: running the binary, making a demo authority, collecting failures. They know only the command line and HTTP."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BINARY = os.environ["ELICENCE"]
TOP = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("ELICENCE_TEST_WORK") or tempfile.mkdtemp(prefix="elicence-blackbox."))
# Exit codes of the contract.
VALID, INVALID, INDETERMINATE, UNREADABLE, USAGE = 0, 1, 2, 3, 64
EXIT_OF_VERDICT = {"valid": VALID, "invalid": INVALID, "indeterminate": INDETERMINATE}


class Done:
    """What one run of the binary left."""

    def __init__(self, completed):
        self.code = completed.returncode
        self.stdout = completed.stdout.decode(errors="replace")
        self.stderr = completed.stderr.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.stdout)

    @property
    def said(self):
        return self.stdout + self.stderr

    @property
    def crashed(self):
        """Ended by a signal or a panic: never an answer."""
        return self.code < 0 or self.code in (101, 134, 139) or "panicked at" in self.said

    def __str__(self):
        return f"exit {self.code}; stdout {self.stdout[-600:]!r}; stderr {self.stderr[-600:]!r}"


def clean_environment(extra=None):
    """No setting of the caller's reaches the binary."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ELICENCE")}
    return kept | (extra or {})


def elicence(*arguments, cwd="/", env=None, timeout=300, **more):
    """Runs the binary to its end."""
    command = [BINARY, *map(str, arguments)]
    return Done(subprocess.run(command, cwd=cwd, env=clean_environment(env), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, **more))


def demo(folder, env=None):
    """Makes (or finds again) the demo authority in `folder` and returns its JSON object."""
    done = elicence("demo", "--once", "--json", "--data", folder, env=env)
    if done.code != 0:
        sys.exit(f"the demo does not run: {done}")
    return done.json


def verify(pdf, demo, *more):
    """Verifies a file offline against the demo's anchors."""
    return elicence("verify", pdf, "--trust", demo["root"], "--trust", demo["qr_keys"], "--offline", "--json", *more)


class Checks:
    """Counts checks and prints those that fail."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def __call__(self, name, holds, detail=""):
        self.count += 1
        if not holds:
            self.failed += 1
            print(f"FAILED: {name}: {detail}", flush=True)
        return bool(holds)

    def end(self):
        """Prints the count and ends the process with the right code."""
        print(f"{self.count} checks, {self.failed} failed")
        sys.exit(1 if self.failed or not self.count else 0)
