"""Flips single bytes of sealed documents of every level and cuts them short: `elicence verify` never says valid, never crashes, and its answers agree.

Only what stands behind the newest signature or time-stamp, the trailing validation data of B-LT, is covered by nobody: a flip there may cost the
level, but not more is said of the document than before.
"""

import os
import random
import sys
from pathlib import Path

from _elicence import EXIT_OF_VERDICT, INDETERMINATE, INVALID, TOP, UNREADABLE, VALID, WORK, Checks, demo, verify

sys.path.insert(0, str(TOP / "tests"))
from attacks import _pdf  # noqa: E402
from attacks._case import LEVELS  # noqa: E402

FLIPS = int(os.environ.get("FLIPS", 200))
CUTS = 40


def covered_end(data):
    """Where the newest signature's or time-stamp's range ends."""
    return max(seal.numbers(data)[2] + seal.numbers(data)[3] for seal in _pdf.seals(data))


def main():
    check = Checks()
    authority = demo(WORK / "demo")
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    print(f"seed {seed}")
    spoiled = WORK / "spoiled.pdf"
    # One document of each type, in every state it went through: sealed, with validation data, with its document time-stamp.
    documents = {}
    for path in {licence["type"]: licence["document"] for licence in authority["licences"]}.values():
        data = Path(path).read_bytes()
        for end in _pdf.revisions(data):
            if _pdf.seals(data[:end]):
                spoiled.write_bytes(data[:end])
                done = verify(spoiled, authority)
                check(f"{path} to {end}: the genuine document is valid", done.code == VALID and done.json["verdict"] == "valid", done)
                level = done.json["signatures"][0]["level"]
                documents.setdefault(level, []).append((Path(path).name, data[:end]))
    print(", ".join(f"{len(found)} at {level}" for level, found in sorted(documents.items())))

    def refused(name, loose=None):
        """`loose`: nobody covers what was changed, and this is the level that the document had."""
        done = verify(spoiled, authority)
        allowed = (INVALID, INDETERMINATE, UNREADABLE) + ((VALID,) if loose else ())
        if not check(f"{name}: refused", done.code in allowed and not done.crashed, done):
            return
        if done.code != UNREADABLE:
            check(f"{name}: the verdict is the exit code", EXIT_OF_VERDICT[done.json["verdict"]] == done.code, done)
            check(f"{name}: a reason is given", done.json["reasons"], done)
        if done.code == VALID:
            levels = [one["level"] for one in done.json["signatures"]]
            check(f"{name}: no higher level", all(LEVELS.index(level) <= LEVELS.index(loose) for level in levels), levels)

    for level, found in sorted(documents.items()):
        for turn in range(FLIPS // len(documents)):
            name, genuine = rng.choice(found)
            data = bytearray(genuine)
            # Half of them in the last 60 000 bytes, where fonts end and signatures, validation data, tables and trailers stand.
            at = rng.randrange(len(data)) if turn % 2 else len(data) - 1 - rng.randrange(min(60_000, len(data)))
            before = data[at]
            data[at] ^= 1 << rng.randrange(8)
            spoiled.write_bytes(data)
            refused(f"{level} {name} byte {at} {before:#04x} to {data[at]:#04x}", level if at >= covered_end(genuine) else None)

        for turn in range(CUTS // len(documents)):
            name, genuine = rng.choice(found)
            length = rng.randrange(len(genuine)) if turn > 3 else len(genuine) - 1 - turn
            if length + 1 in _pdf.revisions(genuine) or length in _pdf.revisions(genuine):
                continue  # An earlier state of the document, which is valid.
            spoiled.write_bytes(genuine[:length])
            refused(f"{level} {name} cut to {length} bytes")

    check.end()


if __name__ == "__main__":
    main()
