"""Flips single bytes of sealed documents and cuts them short: `elicence verify` never says valid, never crashes, and its answers agree."""

import os
import random

from _elicence import EXIT_OF_VERDICT, INDETERMINATE, INVALID, UNREADABLE, VALID, WORK, Checks, demo, verify

FLIPS = int(os.environ.get("FLIPS", 200))
CUTS = 40


def main():
    check = Checks()
    authority = demo(WORK / "demo")
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    print(f"seed {seed}")
    # One document of each type: the pages, fonts and photos differ.
    documents = {licence["type"]: licence["document"] for licence in authority["licences"]}
    spoiled = WORK / "spoiled.pdf"

    for path in documents.values():
        done = verify(path, authority)
        check("the genuine document is valid", done.code == VALID and done.json["verdict"] == "valid", done)

    def refused(name):
        done = verify(spoiled, authority)
        if not check(f"{name}: refused", done.code in (INVALID, INDETERMINATE, UNREADABLE) and not done.crashed, done):
            return
        if done.code != UNREADABLE:
            check(f"{name}: the verdict is the exit code", EXIT_OF_VERDICT[done.json["verdict"]] == done.code, done)
            check(f"{name}: a reason is given", done.json["reasons"], done)

    for turn in range(FLIPS):
        path = rng.choice(list(documents.values()))
        data = bytearray(open(path, "rb").read())
        # Half of them in the last 30 000 bytes, where fonts end and the signature, the tables and the trailer stand.
        at = rng.randrange(len(data)) if turn % 2 else len(data) - 1 - rng.randrange(min(30_000, len(data)))
        before = data[at]
        data[at] ^= 1 << rng.randrange(8)
        spoiled.write_bytes(data)
        refused(f"{path} byte {at} {before:#04x} to {data[at]:#04x}")

    for turn in range(CUTS):
        path = rng.choice(list(documents.values()))
        data = open(path, "rb").read()
        length = rng.randrange(len(data)) if turn > 10 else len(data) - 1 - turn
        spoiled.write_bytes(data[:length])
        refused(f"{path} cut to {length} bytes")

    check.end()


if __name__ == "__main__":
    main()
