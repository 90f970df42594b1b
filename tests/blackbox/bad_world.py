"""The world fails: keys that cannot be opened, a full disk, a database that is gone, bodies of 50 MB. Each has its own clear error, and nothing is half done."""

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time

from _elicence import INVALID, USAGE, VALID, WORK, Checks, demo, elicence, verify
from _postgres import Cluster, settings
from _samples import definition, numbered, rows, write
from _server import Server

TYPE = definition("food-permit")["code"]
UNAVAILABLE, CANNOT_WRITE, CONFIG = 69, 73, 78

check = Checks()


def input_file(name="row.json"):
    """A file with one good row of its own number."""
    return write(WORK / "input" / name, [numbered(rows("food-permit")[0], "JY9")], "food-permit")


def mint(data, out, env=None, **more):
    return elicence("mint", "--type", TYPE, "--input", input_file(), "--out", out, "--data", data, env=env, **more)


def documents(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def refused(name, done, codes, pattern, out):
    """Refused with one of these codes and a message that says what is the matter; no document, no crash."""
    check(f"{name}: exit {codes}", done.code in codes and not done.crashed, done)
    check(f"{name}: says what is wrong", re.search(pattern, done.said, re.I), done)
    check(f"{name}: no document", documents(out) == [], documents(out))


def keys(data):
    """Keys that cannot be used."""
    folder, aside, out = data / "keys", WORK / "keys-aside", WORK / "out-keys"

    def with_change(name, change, pattern, codes=(CONFIG,)):
        shutil.copytree(folder, aside)
        try:
            change()
            refused(name, mint(data, out), codes, pattern, out)
        finally:
            shutil.rmtree(folder)
            aside.rename(folder)

    seal, passphrase = folder / "seal.key.pem", folder / "passphrase"
    with_change("key without passphrase", passphrase.unlink, "passphrase|口令")
    with_change("wrong passphrase", lambda: passphrase.write_text("wrong"), "passphrase|口令")
    with_change("no seal key", seal.unlink, "seal.key.pem")
    with_change("broken seal key", lambda: seal.write_bytes(seal.read_bytes()[:100]), "seal.key.pem|key|密钥")
    with_change("key of another certificate", lambda: seal.write_bytes((folder / "qr.key.pem").read_bytes()), "certificate|证书")
    refused("example keys in production", mint(data, out, env={"ELICENCE_PRODUCTION": "true", "ELICENCE_PUBLIC_URL": "https://zz.example.gov.cn"}), (CONFIG,), "example|示例|测试", out)
    done = mint(data, out)
    check("with its keys back it mints", done.code == VALID and len(documents(out)) == 1, done)


def limited(size):
    """For the child: no file grows over `size` bytes; writing on fails as on a full disk instead of killing the process."""

    def set_limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return {"preexec_fn": set_limit, "restore_signals": False}


def judged_documents(out, authority, name):
    """Whatever stands in the output folder is a whole, valid licence."""
    for path in documents(out):
        done = verify(path, authority) if path.suffix == ".pdf" else None
        check(f"{name}: {path.name} is a whole licence", done is not None and done.code == VALID, done)


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of `size` bytes at `folder`, where the machine lets us mount one."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


def disk_full(authority, data):
    """Writing fails at every size of file, and on a disk that is really full."""
    codes = (1, UNAVAILABLE, CANNOT_WRITE, CONFIG)
    out = WORK / "out-full"
    sizes = [0, 1, 100, 4096, 10_000, 32_768, 65_536, 131_072, 200_000, 230_000, 250_000, 270_000, 300_000, 400_000, 600_000]
    for size in sizes:
        done = mint(data, out, **limited(size))
        if done.code == VALID:
            continue
        check(f"no file over {size} bytes: an exit code of the contract", done.code in codes and not done.crashed, done)
        check(f"no file over {size} bytes: says that it cannot write", len(done.said.strip()) > 10, done)
        judged_documents(out, authority, f"no file over {size} bytes")
    done = mint(data, out)
    check("with room again it mints", done.code == VALID, done)
    judged_documents(out, authority, "afterwards")

    disk = WORK / "disk"
    with small_disk(disk, 64 << 20) as mounted:
        print("a small disk is mounted" if mounted else "this machine lets nobody mount a small disk: the limit on file sizes stands for it")
        if mounted:
            home = disk / "data"
            there = demo(home)
            (disk / "filler").write_bytes(bytes(os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - 100_000))
            with contextlib.suppress(OSError), open(disk / "filler", "ab") as filler:
                for _ in range(20):
                    mint(home, WORK / "out-disk")
                    filler.write(bytes(4096))
                    filler.flush()
            while os.statvfs(disk).f_bavail:
                with contextlib.suppress(OSError), open(disk / "filler", "ab") as filler:
                    filler.write(bytes(4096))
            full = WORK / "out-really-full"
            refused("full disk", mint(home, full), codes, "space|空间|磁盘|disk|full|写", full)
            (disk / "filler").unlink()
            done = mint(home, full)
            check("with room again the small disk takes a licence", done.code == VALID, done)
            judged_documents(WORK / "out-disk", there, "small disk")
            judged_documents(full, there, "small disk")
    with open("/dev/full", "w") as nowhere:
        done = subprocess.run([os.environ["ELICENCE"], "demo", "--once", "--json", "--data", data], stdout=nowhere, stderr=subprocess.PIPE, cwd="/")
        check("nowhere to print to is no success", done.returncode == CANNOT_WRITE and b"panicked" not in done.stderr, done)


def damaged_database(data):
    """A database file that is none."""
    copy, out = WORK / "damaged", WORK / "out-damaged"
    shutil.copytree(data, copy)
    for path in [path for path in copy.rglob("*") if path.is_file() and path.read_bytes()[:6] == b"SQLite"]:
        path.write_bytes(b"no database" * 1000)
        for index in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            index.unlink(missing_ok=True)
    refused("damaged database", mint(copy, out), (1, UNAVAILABLE, CONFIG), "database|数据库", out)


def database_gone(cluster):
    """PostgreSQL goes away under the command line and under a server, and comes back."""
    data, out = WORK / "demo-postgres", WORK / "out-gone"
    env = settings(cluster.start())
    authority = demo(data, env=env)
    key = api_key(data, env)
    face = numbered(rows("food-permit")[1], "JY8")
    server = Server(data, WORK / "server-gone.log", env=env)
    try:
        cluster.kill()
        started = time.monotonic()
        refused("database gone", mint(data, out, env=env), (UNAVAILABLE,), "database|数据库", out)
        check("database gone: says so within a minute", time.monotonic() - started < 60, time.monotonic() - started)
        check("verifying a file needs no database", verify(authority["licences"][0]["document"], authority).code == VALID)
        status, problem = server.mint(key, TYPE, face, "gone-1")
        check("server: 503 while the database is gone", status == 503 and problem.get("title"), (status, problem))
        check("server: alive but not ready", (server.call("GET", "/health/live")[0], server.call("GET", "/health/ready")[0]) == (200, 503))
        cluster.start()
        for _ in range(100):
            status, minted = server.mint(key, TYPE, face, "gone-1")
            if status == 201:
                break
            time.sleep(0.3)
        check("server: the same request succeeds when the database is back", status == 201, (status, minted))
        check("command line: mints again", mint(data, out, env=env).code == VALID)
    finally:
        server.kill()


def api_key(data, env=None):
    """The key with which the demo lets one mint."""
    found = re.findall(r"elk_[A-Za-z0-9_\-]+", json.dumps(json.loads((data / "demo-logins.json").read_text())))
    return found[0]


def big_bodies(data):
    """50 MB at the HTTP door."""
    server = Server(data, WORK / "server-big.log")
    try:
        key = api_key(data)
        body = b'{"type":"' + b"a" * (50 << 20)
        for path, kind in (("/api/v1/licences", "application/json"), ("/api/v1/verifications", "application/pdf"), ("/api/v1/verifications/qr", "application/json")):
            try:
                status, _, answer = server.call("POST", path, body, {"Authorization": f"Bearer {key}", "Content-Type": kind})
                check(f"50 MB to {path}: 413", status == 413, (status, answer[:300]))
            except (BrokenPipeError, ConnectionResetError):
                pass  # the server hung up while we were still sending: refused as well
            check(f"after 50 MB to {path} the server is ready", server.call("GET", "/health/ready")[0] == 200)
    finally:
        check("the server ends in order", server.stop() == 0)


def main():
    data = WORK / "demo"
    authority = demo(data)
    keys(data)
    disk_full(authority, data)
    damaged_database(data)
    big_bodies(data)
    cluster = Cluster(WORK / "cluster")
    try:
        database_gone(cluster)
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            cluster.kill()
    check("an unknown command: usage", elicence("frobnicate").code == USAGE)
    check("no data folder: not a crash", elicence("mint", "--type", TYPE, "--input", input_file(), "--out", WORK / "o", "--data", WORK / "nowhere").code in (INVALID, CONFIG, USAGE))
    check.end()


if __name__ == "__main__":
    main()
