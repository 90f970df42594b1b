"""Lets foreign programs judge seals of every algorithm and level: check_levels.py FOLDER; prints a table, exits 1 on any complaint.

$ELICENCE names our binary and $JAVA_WITNESSES the folder of the commands that run on Java.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dss
import installations
import openssl
import pyhanko_ades
import seals
import witnesses

COLUMNS = ("elicence", "qpdf", "MuPDF", "pdfsig", "pyHanko", "DSS", "OpenSSL", "veraPDF")


class Document:
    """One licence and what is expected of it."""

    def __init__(self, algorithm, root, licence):
        self.algorithm, self.root, self.path = algorithm, root, licence["document"]
        name = next(name for name in installations.SEALS if Path(self.path).name.startswith(name + "-"))
        rule = installations.SEALS[name]
        self.level, self.final, self.told = rule["level"], rule.get("final", False), licence.get("level")
        self.pdfsig = None


def ours(document):
    """What `elicence verify` says against it."""
    command = [os.environ["ELICENCE"], "verify", document.path, "--trust", document.root, "--offline", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    report = json.loads(done.stdout)
    signature = report["signatures"][0]
    expected = {"verdict": "valid", "exit code": 0, "level": document.level, "told when it was made": document.level}
    found = {"verdict": report["verdict"], "exit code": done.returncode, "level": signature["level"], "told when it was made": document.told}
    return [f"elicence: {key}: {found[key]}, not {value}" for key, value in expected.items() if found[key] != value]


def form(document):
    """What the file itself shows: revisions as the level wants them, and permission 1 for a final document only."""
    sealed = seals.take_apart(document.path)
    last = sealed.seals[-1]
    permission = sealed.permission
    expected = {"B-B": (2, True), "B-T": (2, True), "B-LT": (3, False), "B-LTA": (4, True)}[document.level]
    complaints = []
    if (sealed.revisions, last.covers_file) != expected:
        complaints.append(f"{sealed.revisions} revisions, the last seal covers the file: {last.covers_file}")
    if permission != (1 if document.final else 2):
        complaints.append(f"certified with P={permission}")
    return complaints


def judge(document, verapdf, reference):
    return {
        "elicence": ours(document) + form(document),
        "qpdf": witnesses.qpdf(document.path),
        "MuPDF": witnesses.mutool(document.path),
        "pdfsig": document.pdfsig,
        "pyHanko": pyhanko_ades.judge(document.path, document.root, document.level) + witnesses.pyhanko_command(document.path, document.root),
        "DSS": dss.complaints(reference, document.level),
        "OpenSSL": openssl.judge(document.path, document.root, document.level),
        "veraPDF": verapdf[document.path],
    }


def main():
    folder = Path(sys.argv[1])
    documents, questions = [], []
    for algorithm in installations.ALGORITHMS:
        port = installations.free_port()
        demo = installations.make(folder / algorithm, algorithm, port)
        of_demo = [Document(algorithm, demo["root"], licence) for licence in demo["licences"] if Path(licence["document"]).stem.endswith("-1")]
        # DSS calls nothing valid without revocation data; what a B-LTA licence of the same authority holds serves those that hold none.
        archive = next(document for document in of_demo if document.level == "B-LTA")
        known = seals.write_revocation(archive.path, folder / algorithm / "revocation")
        with installations.served(folder / algorithm, port):
            for document in of_demo:
                document.pdfsig = witnesses.pdfsig(document.path, document.level, document.root)
            if documents and not witnesses.pdfsig(archive.path, archive.level, documents[0].root):
                archive.pdfsig.append("pdfsig trusts a document by the root of another")
        for document in of_demo:
            documents.append(document)
            questions.append({"file": document.path, "trust": [document.root], **(known if document.level in ("B-B", "B-T") else {})})
    verapdf = witnesses.verapdf([document.path for document in documents])
    references = dss.check(questions)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda document, reference: judge(document, verapdf, reference), documents, references))

    complaints = 0
    print("  ".join(f"{column:8}" for column in COLUMNS) + "  document")
    for document, answers in zip(documents, results):
        print("  ".join(f"{'no' if answers[column] else 'yes':8}" for column in COLUMNS), end="")
        print(f"  {document.algorithm:10} {document.level:5} {'final' if document.final else '':5} {Path(document.path).stem}")
        for column in COLUMNS:
            for complaint in answers[column]:
                complaints += 1
                print(f"    {document.path}: {complaint}")
    kinds = {(document.algorithm, document.level) for document in documents}
    if len(kinds) != len(installations.ALGORITHMS) * len(pyhanko_ades.LEVELS):
        complaints += 1
        print(f"only these kinds of documents: {sorted(kinds)}")
    print(f"{len(documents)} documents, {complaints} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
