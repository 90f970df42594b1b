"""Looks for personal data of the samples in database, write-ahead log, document store, temporary folders and logs, on both databases: none is there."""

import base64
import json
import os
import subprocess
from pathlib import Path

from _elicence import TOP, WORK, Checks, clean_environment, demo, elicence
from _postgres import Cluster, settings, sql
from _samples import FOLDERS, definition, numbered, personal, rows, write
from _server import Server

# The folder of plain exports is what the demo is for.
EXPORTS = "licences"

check = Checks()


def spellings(text):
    """The bytes by which a text could stand in a file."""
    raw = text.encode()
    found = {raw, text.encode("utf-16-be"), text.encode("utf-16-le"), raw.hex().encode(), raw.hex().upper().encode(), json.dumps(text)[1:-1].encode()}
    try:
        found.add(text.encode("gb18030"))
    except UnicodeEncodeError:
        pass
    # base64 at each of the three alignments, without the characters that neighbours change.
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + raw).decode().rstrip("=")
        core = coded[(0, 2, 3)[shift] : -1]
        found |= {core.encode(), core.replace("+", "-").replace("/", "_").encode()} if len(core) > 7 else set()
    # Fewer than six bytes are found by chance in what is encrypted, and in its hex digits, too.
    return {spelling for spelling in found if len(spelling) >= 6 and len(raw) >= 6}


def needles():
    """{bytes: what it is}"""
    found = {}
    for folder in FOLDERS:
        for text in personal(folder):
            for spelling in spellings(text):
                found[spelling] = text
        for photo in (TOP / "templates" / folder).glob("photo*.jpg"):
            data = photo.read_bytes()
            found[data[len(data) // 2 : len(data) // 2 + 48]] = f"picture data of {photo.name}"
    return found


def grep(path, wanted):
    """What of `wanted` stands in a file."""
    data = path.read_bytes()
    return sorted({text for spelling, text in wanted.items() if spelling in data})


def look(name, folder, wanted, exempt=()):
    """No file of a folder holds any of it."""
    seen = 0
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file() and not any(part in exempt for part in path.relative_to(folder).parts):
            seen += 1
            found = grep(path, wanted)
            check(f"{name}: {path.relative_to(folder)}", not found, found[:5])
    return seen


def live(name, url, wanted, in_database):
    """One installation lives a life of mints, refusals, a verification and a kill; then everything that it left is searched."""
    home = WORK / name
    data, temporary, logs = home / "data", home / "tmp", home / "logs"
    for folder in (temporary, logs):
        folder.mkdir(parents=True)
    env = settings(url) | {"TMPDIR": str(temporary), "RUST_LOG": "trace"}
    authority = demo(data, env=env)
    server = Server(data, logs / "server.log", env=env)
    licence = authority["licences"][0]
    document = Path(licence["document"]).read_bytes()
    status, _, _ = server.call("POST", "/api/v1/verifications", document, {"Content-Type": "application/pdf"})
    check(f"{name}: a verification is answered", status == 200, status)
    for bad in (b"{", json.dumps({"type": "x", "face": rows("constructor")[0]}).encode()):
        server.call("POST", "/api/v1/licences", bad, {"Content-Type": "application/json"})
    row = numbered(rows("constructor")[1], "S2PRIVATE")
    wanted = wanted | {spelling: row["ZZBH"] for spelling in spellings(row["ZZBH"])}
    for index, more in enumerate(({}, {"KZ_CSRQ": "1985-13-12"}, {"KZ_PYQY": "\U0001f600"})):
        path = write(home / "input" / f"{index}.json", [row | more])
        done = elicence("mint", "--type", definition("constructor")["code"], "--input", path, "--out", home / "out", "--data", data, env=env)
        check(f"{name}: mint answers", done.code == (1 if more else 0), done)
        (logs / f"mint{index}.err").write_text(done.stderr)
    (logs / "verify.err").write_text(elicence("verify", licence["document"], "--trust", authority["root"], "--data", data, env=env).stderr)
    server.kill()

    seen = look(name, data, wanted, exempt=(EXPORTS,))
    check(f"{name}: there was something to search", seen > 20, seen)
    look(name, temporary, wanted)
    look(name, logs, wanted)
    check(f"{name}: the server logged something", (logs / "server.log").stat().st_size > 0)
    check(f"{name}: nothing is left in the temporary folder", not list(temporary.rglob("*")), list(temporary.rglob("*")))
    in_database(home, wanted)


def in_sqlite(home, wanted):
    """Rows and pages, also those that the write-ahead log holds, were files; here it is shown that there were any."""
    files = {path.suffix for path in (home / "data").rglob("*") if path.is_file() and path.read_bytes()[:6] == b"SQLite"}
    check("SQLite: the database was among the files", files, sorted((home / "data").iterdir()))


def in_postgres(url, cluster):
    """Rows as text, and the files of the cluster with its write-ahead log."""

    def search(home, wanted):
        (home / "dump").mkdir()
        with open(home / "dump" / "dump.sql", "wb") as out:
            subprocess.run(["pg_dump", url], check=True, stdout=out, env=clean_environment())
        check("PostgreSQL: rows were dumped", (home / "dump" / "dump.sql").stat().st_size > 10_000)
        look("PostgreSQL dump", home / "dump", wanted)
        sql(url, "checkpoint")
        check("PostgreSQL: the files were searched", look("PostgreSQL files", cluster.folder / "data", wanted) > 100)

    return search


def main():
    wanted = needles()
    planted = WORK / "planted"
    planted.mkdir(parents=True)
    name = next(iter(personal("constructor")))
    for index, spelling in enumerate(spellings(name)):
        (planted / str(index)).write_bytes(os.urandom(100) + spelling + os.urandom(100))
        check("the search finds what is there", grep(planted / str(index), wanted), spelling)

    live("sqlite", None, wanted, in_sqlite)
    cluster = Cluster(WORK / "cluster")
    cluster.start()
    try:
        url = (cluster.folder / "url").read_text().strip()
        live("postgres", url, wanted, in_postgres(url, cluster))
    finally:
        cluster.kill()
    check.end()


if __name__ == "__main__":
    main()
