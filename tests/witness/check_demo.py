"""Lets foreign programs judge every document of a demo: check_demo.py DEMO.json; prints a table, exits 1 on any complaint.

DEMO.json is what `elicence demo --once --json` prints. The commands that run on Java are in $JAVA_WITNESSES. With ELICENCE_DEMO_UNSEALED=1 in the environment
the demo also leaves each document as it was before sealing.
"""

import collections
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dss
import openssl
import pyhanko_ades
import qr_token
import witnesses

COLUMNS = ("qpdf", "MuPDF", "pdfsig", "pyHanko", "DSS", "OpenSSL", "veraPDF", "fonts", "face", "QR", "token", "attached")
LEVEL = "B-LTA"
TYPES = 5
LICENCES_PER_TYPE = 3
RARE_CHARACTERS = "𠮷䶮"


def judge(licence, demo, verapdf, reference):
    """All witnesses on one licence, given what those on Java said: {column: complaints}."""
    pdf, unsealed, level = licence["document"], licence["unsealed"], licence["level"]
    payload, attached = witnesses.payload(pdf, licence["qr"])
    answers = {
        "qpdf": witnesses.qpdf(pdf) + witnesses.qpdf(unsealed),
        "MuPDF": witnesses.mutool(pdf),
        "pdfsig": witnesses.pdfsig(pdf, level),
        "pyHanko": pyhanko_ades.judge(pdf, demo["root"], level),
        "DSS": dss.complaints(reference, level),
        "OpenSSL": openssl.judge(pdf, demo["root"], level),
        "veraPDF": verapdf[pdf] + [f"unsealed: {complaint}" for complaint in verapdf[unsealed]],
        "fonts": witnesses.fonts(pdf),
        "face": ["no payload"],
        "QR": witnesses.qr(pdf, licence["qr"]),
        "token": ["no payload"],
        "attached": attached,
    }
    if payload is not None:
        answers["face"] = witnesses.face(pdf, payload)
        answers["token"] = qr_token.judge(licence["qr"], json.loads(Path(demo["qr_keys"]).read_bytes()), witnesses.attachments(pdf)[witnesses.PAYLOAD_NAME])
        for key, value in (("identifier", payload["identifier"]), ("number", payload["number"]), ("type", payload["licence_type"]["code"]),
                           ("type_name", payload["licence_type"]["name"])):
            if licence[key] != value:
                answers["attached"].append(f"payload says {key} {value!r}, the demo says {licence[key]!r}")
    return answers, payload


def judge_demo(demo):
    """What concerns the demo as a whole."""
    licences = demo["licences"]
    complaints = []
    by_type = collections.Counter(licence["type"] for licence in licences)
    if len(by_type) != TYPES or min(by_type.values()) < LICENCES_PER_TYPE:
        complaints.append(f"licences of each type: {dict(by_type)}")
    if len({licence["identifier"] for licence in licences}) != len(licences):
        complaints.append("an identifier stands twice")
    if any(licence["level"] != LEVEL for licence in licences):
        complaints.append(f"a licence is not {LEVEL}")
    if any(licence["verdict"] != "valid" for licence in licences):
        complaints.append("the demo itself finds a licence not valid")
    if any(len(licence["type"]) != 21 for licence in licences):
        complaints.append("a type code is not 21 characters long")
    paths = [demo["root"], demo["qr_keys"]] + [licence["document"] for licence in licences]
    complaints += [f"not an absolute path of a file: {path}" for path in paths if not (os.path.isabs(path) and os.path.isfile(path))]
    return complaints


def main():
    demo = json.loads(Path(sys.argv[1]).read_bytes())
    complaints = judge_demo(demo)
    licences = demo["licences"]
    missing = [licence["identifier"] for licence in licences if not os.path.isfile(licence.get("unsealed", ""))]
    if missing or not licences:
        sys.exit(f"the demo left no unsealed document for {missing}: was it run with ELICENCE_DEMO_UNSEALED=1?")
    verapdf = witnesses.verapdf([licence[key] for licence in licences for key in ("document", "unsealed")])
    references = dss.check({"file": licence["document"], "trust": [demo["root"]]} for licence in licences)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda licence, reference: judge(licence, demo, verapdf, reference), licences, references))

    print("  ".join(f"{column:8}" for column in COLUMNS) + "  licence")
    for licence, (answers, _) in zip(licences, results):
        print("  ".join(f"{'no' if answers[column] else 'yes':8}" for column in COLUMNS) + f"  {licence['type_name']} {licence['number']}")
        complaints += [f"{licence['document']}: {complaint}" for column in COLUMNS for complaint in answers[column]]
    everything = json.dumps([payload for _, payload in results], ensure_ascii=False)
    complaints += [f"no licence holds the rare character {character}" for character in RARE_CHARACTERS if character not in everything]

    for complaint in complaints:
        print(complaint)
    print(f"{len(licences)} licences, {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
