"""Makes demo authorities that differ from the shipped one: other algorithms, other levels of seal, shorter lives of keys."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]

# Algorithms of keys as a plan names them; one family for root, authorities, seal, time-stamps and OCSP.
ALGORITHMS = ("ecdsa-p256", "ecdsa-p384", "rsa3072")

# How each shipped type is sealed, so that one demo has documents of every kind.
SEALS = {
    "business-licence": {"level": "B-B"},
    "food-permit": {"level": "B-T"},
    "real-estate": {"level": "B-T", "final": True},
    "construction-qualification": {"level": "B-LT"},
    "constructor": {"level": "B-LTA"},
}

# The seal's certificate ends long before the time-stamp unit's does.
SEAL_DAYS = 400

SETTINGS = """public_url = "http://127.0.0.1:8080"
listen = "127.0.0.1:8080"

[department]
name = "示例市行政审批局"
code = "11999999000000027G"
seal_code = "9999990000001"

[[authority]]
name = "root"

[[authority]]
name = "issuing-ca"
ocsp_key = "keys/ocsp.key.pem"
ocsp_chain = "keys/ocsp.chain.pem"
"""


def _toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _plan(algorithm, port):
    """The example plan without its variants of the seal, every key but the QR key by `algorithm`."""
    plan = tomllib.loads((TOP / "keys-example" / "pki.toml").read_text().replace(":8080", f":{port}"))
    keys = [key for key in plan.pop("key") if not key["file"].startswith("seal-") and key["file"] != "unknown-root"]
    for key in keys:
        if key["purpose"] != "qr-token":
            key["algorithm"] = algorithm
        if key["purpose"] == "seal":
            key["days"] = SEAL_DAYS
    lines = [f"{name} = {_toml(value)}" for name, value in plan.items()]
    for key in keys:
        lines += ["[[key]]"] + [f"{name} = {_toml(value)}" for name, value in key.items()]
    return "\n".join(lines) + "\n"


def _templates(folder):
    """The shipped templates, each with its own rule of sealing."""
    for name, rule in SEALS.items():
        shutil.copytree(TOP / "templates" / name, folder / name)
        path = folder / name / "type.toml"
        text = path.read_text()
        if "seal" in tomllib.loads(text):
            raise SystemExit(f"{path} has a rule of its own")
        # A table at the end would take in what follows it; nothing does.
        path.write_text(text + "\n[seal]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in rule.items()))


def make(folder, algorithm, port=8080):
    """A demo by keys of `algorithm` with documents of every level, to be served on `port`: what `elicence demo --once --json` prints."""
    elicence = os.environ["ELICENCE"]
    folder.mkdir(parents=True)
    (folder / "elicence.toml").write_text(SETTINGS.replace(":8080", f":{port}"))
    (folder / "plan.toml").write_text(_plan(algorithm, port))
    (folder / "passphrase").write_text("a passphrase of the witnesses")
    subprocess.run(
        [elicence, "keys", "make", "--plan", folder / "plan.toml", "--out", folder / "keys", "--passphrase-file", folder / "passphrase"],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    (folder / "passphrase").rename(folder / "keys" / "passphrase")
    _templates(folder / "templates")
    done = subprocess.run([elicence, "demo", "--once", "--json", "--data", folder], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise SystemExit(f"the demo by {algorithm} keys failed: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def free_port():
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(folder, port):
    """The demo in `folder` serves while the block runs."""
    with open(folder / "serve.log", "ab") as log:
        process = subprocess.Popen([os.environ["ELICENCE"], "serve", "--data", folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while True:
                with contextlib.suppress(urllib.error.URLError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=10)
                    break
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"the server does not become ready; see {folder}/serve.log")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)
