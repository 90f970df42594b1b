"""Watches a mint under strace: the order of write, fsync, rename, fsync of the folder, commit and acknowledgement; and cuts a copy of the store back to what
was synced, as a power cut would: every acknowledged licence is still there."""

import json
import os
import random
import re
import shutil
import subprocess
import time
from copy import deepcopy
from pathlib import Path

import _powercut
from _elicence import BINARY, VALID, WORK, Checks, clean_environment, demo, elicence
from _postgres import new_database, settings
from _samples import definition, numbered, rows, write

FOLDER = "food-permit"
TYPE = definition(FOLDER)["code"]
CUTS = int(os.environ.get("CUTS", 8))

check = Checks()


def traced_mint(home, count, env, kill_after=None):
    """Runs a mint of `count` rows under strace, killed with -9 after so many acknowledgements; returns (log, disk before, acknowledged facts)."""
    path = write(home / "rows.json", [numbered(rows(FOLDER)[index % 3], "JY3") for index in range(count)], FOLDER)
    log = home / "strace.log"
    disk = _powercut.Disk(home / "data")
    command = ["strace", "-f", "-y", "-s", "96", "-e", f"trace={_powercut.SYSCALLS}", "-o", log]
    command += [BINARY, "mint", "--type", TYPE, "--input", path, "--out", home / "out", "--data", home / "data", "--json"]
    process = subprocess.Popen(list(map(str, command)), env=clean_environment(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
    told = []
    for line in process.stdout:
        if line.endswith(b"\n") and b"identifier" in line:
            told.append(json.loads(line))
            if kill_after is not None and len(told) >= kill_after:
                time.sleep(random.uniform(0, 0.05))
                subprocess.run(["pkill", "-9", "-P", str(process.pid)], check=False)
                break
    process.stdout.read()
    code = process.wait(timeout=300)
    check("the mint ran", kill_after is not None or code == 0, process.stderr.read()[-500:])
    return log, disk, told


def order(home, env, is_commit, database):
    """The steps of each document in the log of an undisturbed mint."""
    count = 3
    log, _, told = traced_mint(home, count, env)
    events = [event for event in _powercut.events(log) if not event.result.startswith("-1 ")]
    store = str((home / "data").resolve())
    published = []
    for event in events:
        if event.call in ("rename", "renameat", "renameat2", "link", "linkat"):
            names = _powercut.names(event)
            if len(names) == 2 and re.search(r"/[0-9a-f]{64}$", names[1]) and names[1].startswith(store):
                published.append((event, *names))
    # Each licence is released when it is sealed and time-stamped, and replaced when validation data and the archive time-stamp are in it.
    check(f"{database}: two documents are published for each row", len(published) == 2 * count == 2 * len(told), (len(published), len(told)))
    said = [event for event in events if event.call in ("write", "writev") and event.arguments.startswith("1<") and "identifier" in event.arguments + "identifier"]
    check(f"{database}: the report is seen in the log", len(said) >= count, len(said))

    lasting = []
    for rename, old, new in published:
        writes = [e for e in events if e.path == old and e.call in ("write", "writev", "pwrite64", "pwritev")]
        syncs = [e for e in events if e.path == old and e.call in ("fsync", "fdatasync")]
        folder = [e for e in events if e.path == str(Path(new).parent) and e.call == "fsync" and e.began > rename.ended]
        if not check(f"{database}: written, synced, renamed, folder synced", writes and syncs and folder, (writes[:1], syncs, folder[:1])):
            continue
        check(f"{database}: synced after the last byte", syncs[-1].began > writes[-1].ended, (writes[-1], syncs))
        check(f"{database}: synced before it got its name", syncs[-1].ended < rename.began, (syncs, rename))
        check(f"{database}: its length is that of a document", sum(int(e.result) for e in writes) > 10_000, writes)
        commits = [e for e in events if is_commit(e) and e.began > folder[0].ended]
        told_next = [line for line in said[-count:] if line.began > rename.ended]
        check(f"{database}: committed after the folder was synced and before anything more was told", commits and (not told_next or commits[0].ended < told_next[0].began), (folder[0], told_next[:1]))
        lasting += commits[:1]
    for number, line in enumerate(said[-count:], 1):
        before = [commit for commit in lasting if commit.ended < line.began]
        check(f"{database}: both documents of row {number} last before it is told", len(before) >= 2 * number, (before, line))


def sqlite_commit(event):
    """A synced write-ahead log is what a commit is."""
    return event.call in ("fsync", "fdatasync") and (event.path or "").endswith("-wal")


def postgres_commit(event):
    """The word on the socket."""
    return event.call in ("sendto", "sendmsg", "write", "writev") and "COMMIT" in event.arguments.upper() and "socket" in event.arguments[:80].lower() + (event.path or "").lower()


def cut_copy(home, disk, events):
    """A copy of the store as a power cut at the end of `events` would leave it; (copy, what was lost)."""
    for event in events:
        disk.play(event)
    copy = home / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home / "data", copy)
    return copy, disk.cut(copy)


def power_cuts(home, authority):
    """Kills mints at random, cuts a copy of the store back to what was synced, and looks for what was acknowledged."""
    for turn in range(CUTS):
        log, disk, told = traced_mint(home, 12, {}, kill_after=random.randrange(1, 8))
        events = list(_powercut.events(log))
        without_fsync = deepcopy(disk)
        copy, lost = cut_copy(home, disk, events)
        print(f"cut {turn}: {len(told)} licences told of, lost: {lost}")
        check(f"cut {turn}: something was told before the cut", told)
        for facts in told:
            done = verify_in(facts["document"], authority, copy)
            check(f"cut {turn}: the register of the cut store knows it and holds it in force", done.code == VALID, (done, lost))
            check(f"cut {turn}: the register was asked", done.json["status"] and done.json["status"]["state"] == "active", done)
        done = elicence("doctor", "--data", copy, "--json")
        check(f"cut {turn}: the cut store is in order", done.code == 0, (done, lost))
        # The lost part must be only what nobody was told of: minting goes on.
        again = write(home / "again.json", [numbered(rows(FOLDER)[0], "JY2")], FOLDER)
        done = elicence("mint", "--type", TYPE, "--input", again, "--out", home / "out-again", "--data", copy)
        check(f"cut {turn}: the cut store mints", done.code == 0, done)
        if turn == 0:
            # The test must see it when nothing is synced.
            copy, _ = cut_copy(home, without_fsync, [event for event in events if event.call not in ("fsync", "fdatasync")])
            known = [verify_in(facts["document"], authority, copy).code == VALID for facts in told]
            check("without fsync the cut would lose licences", not all(known), known)


def verify_in(path, authority, data):
    return elicence("verify", path, "--trust", authority["root"], "--trust", authority["qr_keys"], "--data", data, "--json")


def main():
    for database, url, is_commit in (("SQLite", None, sqlite_commit), ("PostgreSQL", new_database(), postgres_commit)):
        home = WORK / database
        home.mkdir(parents=True)
        env = settings(url)
        authority = demo(home / "data", env=env)
        order(home, env, is_commit, database)
        if url is None:
            power_cuts(home, authority)
    check.end()


if __name__ == "__main__":
    main()
