"""A second demo on one folder lists the same licences, from any folder, with one JSON object and nothing else on standard output."""

import hashlib
import json
import os
import tempfile

from _elicence import WORK, Checks, elicence


def facts(shown):
    """What must be the same: everything that is printed, and the digest of the bytes behind it."""
    return {
        licence["identifier"]: (licence, hashlib.sha256(open(licence["document"], "rb").read()).hexdigest())
        for licence in shown["licences"]
    }


def main():
    check = Checks()
    data = WORK / "demo"
    shown = []
    with tempfile.TemporaryDirectory() as elsewhere:
        for cwd in ("/", elsewhere):
            done = elicence("demo", "--once", "--json", "--data", data, cwd=cwd)
            check(f"exits 0 from {cwd}", done.code == 0, done)
            value, end = json.JSONDecoder().raw_decode(done.stdout)
            check("one JSON object and nothing else", isinstance(value, dict) and done.stdout[end:].strip() == "", done.stdout[end:][:300])
            check("the keys of the contract", set(value) == {"root", "qr_keys", "licences"}, sorted(value))
            for licence in value["licences"]:
                wanted = {"identifier", "type", "type_name", "number", "document", "qr", "level", "verdict"}
                check("the keys of a licence", set(licence) == wanted, sorted(licence))
                check("sealed for the long term", licence["level"] == "B-LTA", licence["level"])
            shown.append(value)
        check("nothing is left in the folder it was called from", os.listdir(elsewhere) == [], os.listdir(elsewhere))
        # A relative folder means the caller's, and the paths printed are absolute all the same.
        done = elicence("demo", "--once", "--json", "--data", "here", cwd=elsewhere)
        check("a relative --data works", done.code == 0, done)
        if done.code == 0:
            paths = [done.json["root"], done.json["qr_keys"]] + [licence["document"] for licence in done.json["licences"]]
            check("absolute paths in the folder given", all(path.startswith(os.path.realpath(elsewhere)) for path in paths), paths[:2])
            mine, theirs = set(facts(shown[0])), set(facts(done.json))
            check("another authority has licences of its own", len(theirs) == len(mine), (len(mine), len(theirs)))
    first, second = map(facts, shown)
    check("the same identifiers", list(first) == list(second), (list(first), list(second)))
    for identifier in first.keys() & second.keys():
        check("the same licence and the same bytes", first[identifier] == second[identifier], (first[identifier], second[identifier]))
    check("the same root and keys", shown[0]["root"] == shown[1]["root"] and shown[0]["qr_keys"] == shown[1]["qr_keys"], shown[0]["root"])
    check.end()


if __name__ == "__main__":
    main()
