"""Judges the documents of make_foreign.py with our command line and with pyHanko, and says where the two differ: compare_pyhanko.py FOLDER

A document is sound for pyHanko when every signature is intact, trusted, not revoked, and its difference analysis, with the certification and the
locks, is content. It is sound for us when `verify --policy general` says valid. Where we mean to differ, DIFFERENCES says what we answer and why; the
same list stands in docs/conformance/verification.md. $ELICENCE names our binary.
"""

import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import make_foreign
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp

logging.disable(logging.CRITICAL)

# name: (our verdict, why)
DIFFERENCES = {
    "certified-3-annotated": ("valid", "P=3 permits comments; pyHanko's analysis knows no annotations"),
}

# What we must reach where pyHanko was asked for a level.
REACHED = {"B": ("B-B", "B-T", "B-LT", "B-LTA"), "T": ("B-T",), "LT": ("B-LT", "B-LTA"), "LTA": ("B-LTA",)}


def theirs(maker, path):
    """(sound, what pyHanko says of each signature)."""
    sound, words = True, []
    with open(path, "rb") as file:
        reader = PdfFileReader(file)
        for signature in reader.embedded_regular_signatures:
            status = validate_pdf_signature(signature, maker.context(make_foreign.NOW, "soft-fail"), ts_validation_context=maker.context(make_foreign.NOW, "soft-fail"))
            level = status.modification_level.name if status.modification_level else None
            words.append(f"{'ok' if status.bottom_line else 'BAD'} {level}")
            sound &= status.bottom_line
        for stamp in reader.embedded_timestamp_signatures:
            status = validate_pdf_timestamp(stamp, maker.context(make_foreign.NOW, "soft-fail"))
            sound &= status.valid and status.intact
    return sound, words


def ours(maker, path):
    command = [os.environ["ELICENCE"], "verify", path, "--json", "--offline", "--policy", "general", "--trust", maker.pki.path("root.pem")]
    for known in maker.lists:
        command += ["--evidence", known]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    maker, made = make_foreign.cases(folder)
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda case: ours(maker, case[1]), made))
    complaints = 0
    for (name, path, level), report in zip(made, reports):
        try:
            sound, words = theirs(maker, path)
        except Exception as problem:
            sound, words = False, [f"{type(problem).__name__}: {problem}"]
        verdict = report["verdict"]
        expected, why = DIFFERENCES.get(name, ("valid" if sound else None, ""))
        fine = verdict == expected if expected else verdict != "valid"
        if name in DIFFERENCES and (verdict == "valid") == sound:
            fine, why = False, "does not differ as the list says"
        # Every signature of the file reaches the level that was asked for, where it is sound at all.
        levels = [one["level"] for one in report["signatures"]]
        if verdict == "valid" and name != "adbe-detached" and levels and levels[-1] not in REACHED[level]:
            fine, why = False, f"the level should be {level}"
        complaints += not fine
        codes = [reason["code"] for reason in report["reasons"]]
        changes = [[f"{'' if change['allowed'] else '!'}{change['kind']}" for change in one["changes"]] for one in report["signatures"]]
        print(f"{'ok  ' if fine else 'BAD '} {name:32} pyHanko {words}  we {verdict} {levels} {changes} {codes[0]} {why}")
    print(f"{len(made)} documents, {complaints} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
