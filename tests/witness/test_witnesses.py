"""Shows that every witness refuses what is not so: test_witnesses.py DEMO.json

For each spoiled document the witness must be content with the genuine one and complain about the spoiled one.
"""

import copy
import json
import sys
import tempfile
from pathlib import Path

import check_demo
import dss
import openssl
import pyhanko_ades
import qr_token
import spoil
import witnesses


def trials(demo, folder):
    """Yields (name, complaints about the genuine thing, complaints about the spoiled thing)."""
    licence = demo["licences"][0]
    pdf, unsealed, root = Path(licence["document"]), Path(licence["unsealed"]), demo["root"]
    genuine, plain = pdf.read_bytes(), unsealed.read_bytes()

    def file(name, data):
        path = folder / f"{name}.pdf"
        path.write_bytes(data)
        return path

    broken = file("misdirected", spoil.misdirected(genuine))
    yield "qpdf: cross-reference table not found", witnesses.qpdf(pdf), witnesses.qpdf(broken)
    yield "MuPDF: cross-reference table not found", witnesses.mutool(pdf), witnesses.mutool(broken)

    level, stranger_root, signer, key = licence["level"], *spoil.make_root(folder)
    spoiled = {
        "flipped": (file("flipped", spoil.flipped(genuine)), root),
        "appended": (file("appended", spoil.appended(genuine)), root),
        "another root": (pdf, stranger_root),
        "no signature": (unsealed, root),
        "without the last time-stamp": (file("cut", spoil.cut(genuine, 1)), root),
        "a time-stamp off by one bit": (file("other-stamp", spoil.other_stamp(genuine)), root),
    }
    blind = {
        ("pdfsig", "another root"),  # check_levels.py asks it for trust
        ("pdfsig", "a time-stamp off by one bit"),  # poppler does not judge time-stamps
        ("pdfsig", "appended"),  # nor does the last of them have to be the end of the file
        ("OpenSSL", "appended"),
        ("pyhanko-cli", "without the last time-stamp"),  # it is not asked for a level
        ("pyhanko-cli", "a time-stamp off by one bit"),  # nor for document time-stamps
    }
    references = dss.check({"file": str(path), "trust": [str(anchor)]} for path, anchor in [(pdf, root), *spoiled.values()])
    for name, (path, anchor), reference in zip(spoiled, spoiled.values(), references[1:]):
        yield f"DSS: {name}", dss.complaints(references[0], level), dss.complaints(reference, level)
        command_line = lambda path, anchor, level: witnesses.pyhanko_command(path, anchor)
        judges = {"pyHanko": pyhanko_ades.judge, "pyhanko-cli": command_line, "pdfsig": lambda path, anchor, level: witnesses.pdfsig(path, level), "OpenSSL": openssl.judge}
        for witness, judge in judges.items():
            if (witness, name) not in blind:
                yield f"{witness}: {name}", judge(pdf, root, level), judge(path, anchor, level)

    certified = file("certified", spoil.sealed_by_stranger(plain, signer, key, certify=True))
    approved = file("approved", spoil.sealed_by_stranger(plain, signer, key, certify=False))
    yield "pyHanko: not certified", pyhanko_ades.judge(certified, stranger_root), pyhanko_ades.judge(approved, stranger_root)

    grey = file("no-output-intent", spoil.without(plain, "/OutputIntents"))
    mute = file("no-structure", spoil.without(plain, "/StructTreeRoot"))
    said = witnesses.verapdf([unsealed, grey, mute, folder / "absent.pdf"])
    yield "veraPDF 3b: no output intent", said[str(unsealed)], [c for c in said[str(grey)] if "3b: fail" in c]
    yield "veraPDF ua1: no structure tree", said[str(unsealed)], [c for c in said[str(mute)] if "ua1: fail" in c]
    yield "veraPDF: no file", said[str(unsealed)], said[str(folder / "absent.pdf")]

    bare = file("bare", spoil.bare())
    yield "pdffonts: a font not embedded", witnesses.fonts(pdf), witnesses.fonts(bare)

    payload, complaints = witnesses.payload(pdf, licence["qr"])
    detached = file("no-attachment", spoil.without(plain, "/Names", "/AF"))
    yield "pdfdetach: nothing attached", complaints, witnesses.payload(detached, licence["qr"])[1]
    yield "pdfdetach: another QR text attached", complaints, witnesses.payload(pdf, licence["qr"] + "0")[1]

    other = copy.deepcopy(payload)
    other["pages"][0]["fields"][0]["text"] += "伪"
    yield "pdftotext: another face value", witnesses.face(pdf, payload), witnesses.face(pdf, other)
    shorter = dict(payload, pages=payload["pages"] + payload["pages"])
    yield "pdftotext: a page too few", witnesses.face(pdf, payload), witnesses.face(pdf, shorter)
    yield "pdftotext: space lost", [] if witnesses.says("甲 乙", "甲 乙") else ["no"], [] if witnesses.says("甲乙", "甲 乙") else ["no"]
    yield "pdftotext: words between", [] if witnesses.says("甲\n乙", "甲乙") else ["no"], [] if witnesses.says("甲\n丙\n乙", "甲乙") else ["no"]

    yield "QR: another text", witnesses.qr(pdf, licence["qr"]), witnesses.qr(pdf, licence["qr"][:-1])
    yield "QR: none", witnesses.qr(pdf, licence["qr"]), witnesses.qr(bare, licence["qr"])

    keys = json.loads(Path(demo["qr_keys"]).read_bytes())
    attached = witnesses.attachments(pdf)[witnesses.PAYLOAD_NAME]
    judged = qr_token.judge(licence["qr"], keys, attached)
    last = licence["qr"][-1]
    yield "token: another digit", judged, qr_token.judge(licence["qr"][:-1] + ("1" if last == "0" else "0"), keys, attached)
    yield "token: another payload", judged, qr_token.judge(licence["qr"], keys, attached + b" ")
    yield "token: no key", judged, qr_token.judge(licence["qr"], [], attached)

    whole = check_demo.judge_demo(demo)
    for name, change in {
        "a type missing": lambda d: d.update(licences=[entry for entry in d["licences"] if entry["type"] != licence["type"]]),
        "an identifier twice": lambda d: d["licences"].append(d["licences"][0]),
        "not valid": lambda d: d["licences"][0].update(verdict="indeterminate"),
        "relative path": lambda d: d["licences"][0].update(document="x.pdf"),
    }.items():
        changed = copy.deepcopy(demo)
        change(changed)
        yield f"demo: {name}", whole, check_demo.judge_demo(changed)


def main():
    demo = json.loads(Path(sys.argv[1]).read_bytes())
    failures = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, genuine, spoiled in trials(demo, Path(folder)):
            count += 1
            if genuine:
                failures += 1
                print(f"{name}: the witness refuses the genuine one: {genuine}")
            elif not spoiled:
                failures += 1
                print(f"{name}: the witness does not see it")
    print(f"{count} trials, {failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
