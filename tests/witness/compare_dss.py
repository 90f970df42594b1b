"""Lets EU DSS make documents and judges them with our command line as DSS judges them: compare_dss.py FOLDER [NAME...]

Every signature must get the same indication and level from both, and a document in which DSS finds nothing wrong must be valid. Where we mean to
differ, DIFFERENCES says what we answer and why; the same list stands in docs/conformance/verification.md. A difference that is listed and no longer there is a complaint, too. $ELICENCE names our binary.
"""

import datetime
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dss
import pki
import spoil

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
SIGNED = NOW - datetime.timedelta(hours=2)
STAMPED = SIGNED + datetime.timedelta(seconds=5)
LISTED = SIGNED + datetime.timedelta(minutes=1)

LEVELS = ("B", "T", "LT", "LTA")

# name: (our verdict, why)
DIFFERENCES = {
    **{
        f"revoked-before-{level}": ("invalid", "a proven time after the revocation fails the signature for good (EN 319 102-1, 5.5.4), whichever list says so")
        for level in LEVELS[1:]
    },
    **{
        f"tsa-revoked-after-{level}": ("valid", "a token whose authority's key was compromised proves no time; the level is B-B, the signer's certificate is good today")
        for level in LEVELS[1:]
    },
    **{
        f"ca-revoked-after-{level}": ("indeterminate", "DSS stops with a NullPointerException; the authority of the signer and of all time-stamps is compromised")
        for level in LEVELS[2:]
    },
    "before-birth": ("indeterminate", "both doubt; DSS blames the signature, we the time-stamp, whose authority was not born either"),
    "other-stamp": ("indeterminate", "DSS calls the signature passed and the time-stamp failed; to us a broken time-stamp spoils the document"),
}


def text(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Cases:
    """Documents to be made, and the question that is asked about each."""

    def __init__(self, folder):
        self.folder, self.orders, self.questions, self.spoiled = folder, [], [], []
        # The signers end long before the time-stamp authority does.
        self.pki = pki.Pki(folder / "pki", NOW - datetime.timedelta(days=30), 3650, tuple(pki.ALGORITHMS), signer_days=200)
        self.lists = self.lists_at("made", LISTED)
        self.bases = {"plain": folder / "plain.pdf"}
        self.bases["plain"].write_bytes(spoil.bare())
        for kind, option in (("objects", "--object-streams=generate"), ("linear", "--linearize")):
            self.bases[kind] = folder / f"{kind}.pdf"
            subprocess.run(["qpdf", option, "--deterministic-id", self.bases["plain"], self.bases[kind]], check=True)

    def lists_at(self, name, at, **more):
        """Revocation lists as of `at`, in files of their own."""
        copies = []
        for path in self.pki.publish_lists(at, **more):
            copies.append(self.folder / f"{name}-{path.name}")
            copies[-1].write_bytes(path.read_bytes())
        return copies

    def sign(self, signer, level, at=SIGNED, **more):
        stamped = at + (STAMPED - SIGNED)
        return {"sign": self.pki.path(f"signer-{signer}.p12"), "at": text(at), "stamp_at": text(stamped), "level": f"PAdES_BASELINE_{level}", **more}

    def add(self, name, *steps, base="plain", lists=None, answers=(), at=None, known=(), trust=None, spoil_with=None):
        """One document, and the question: judged at `at`, with the lists `known` besides what it holds."""
        out = self.folder / f"{name}.pdf"
        if steps:
            self.orders.append(
                {
                    "base": self.bases[base], "out": out, "root": self.pki.path("root.pem"), "tsa": self.pki.path("tsa.p12"),
                    "crls": self.lists if lists is None else lists, "ocsps": list(answers), "password": pki.PASSWORD.decode(), "steps": steps,
                }
            )  # fmt: skip
        if spoil_with:
            self.spoiled.append((out, spoil_with))
        self.questions.append(
            {"name": name, "file": out, "trust": [trust or self.pki.path("root.pem")], "crls": list(known), "at": at and text(at)}
        )


def cases(folder):
    make = Cases(folder)
    sign = make.sign

    for signer in pki.ALGORITHMS:
        for level in LEVELS:
            make.add(f"{signer}-{level}", sign(signer, level))
    for level in LEVELS:
        make.add(f"pss-{level}", sign("rsa", level, pss=True))
    for digest in ("SHA384", "SHA512"):
        make.add(f"p256-{digest}", sign("p256", "LTA", digest=digest))
        make.add(f"rsa-{digest}", sign("rsa", "LTA", digest=digest))
        make.add(f"pss-{digest}", sign("rsa", "LTA", digest=digest, pss=True))
    make.add("p384-SHA256", sign("p384", "LTA", digest="SHA256"))
    make.add("p521-SHA512", sign("p521", "LTA", digest="SHA512"))
    make.add("p256-SHA1", sign("p256", "LT", digest="SHA1"))

    # Without revocation data in the document, but with some at hand.
    for level in ("B", "T"):
        make.add(f"{level}-with-lists", sign("p256", level), known=make.lists)

    for permission in (1, 2, 3):
        make.add(f"certified-{permission}", sign("p256", "T", certify=permission), known=make.lists)
    for permission in (2, 3):
        make.add(f"certified-{permission}-LTA", sign("p256", "LTA", certify=permission))
        make.add(f"certified-{permission}-then-approved", sign("p256", "LT", certify=permission), sign("rsa", "LTA"))
    make.add("visible", sign("p256", "LTA", visible=True))
    make.add("two-signatures", sign("p256", "T"), sign("rsa", "LTA"))
    make.add("three-signatures", sign("p256", "LT"), sign("p384", "LT"), sign("p521", "LTA"))
    make.add("signed-after-archive", sign("p256", "LTA"), sign("p384", "LTA"))
    make.add("two-archives", sign("p256", "LTA"), {"extend": "PAdES_BASELINE_LTA", "stamp_at": text(STAMPED + datetime.timedelta(minutes=10))})
    make.add("stamped-B", sign("p256", "B"), {"stamp": True, "stamp_at": text(STAMPED)}, known=make.lists)
    for base in ("objects", "linear"):
        for level in ("B", "LTA"):
            make.add(f"{base}-{level}", sign("p256", level), base=base, known=make.lists)

    # Revocation by OCSP where the issuer delegates it, by a list above.
    answers = [make.pki.answer_ocsp(subject, LISTED) for subject in ("signer-p256", "signer-rsa", "tsa")]
    for level in ("LT", "LTA"):
        make.add(f"ocsp-{level}", sign("p256", level), lists=make.lists[:1], answers=answers)
        make.add(f"ocsp-rsa-{level}", sign("rsa", level), lists=make.lists[:1], answers=answers)

    # The clock moves; later lists speak of the time-stamp authority, and in the second half of the cases of a signer who was revoked.
    later = NOW + datetime.timedelta(days=10)
    expired = NOW + datetime.timedelta(days=300)
    fresh = {moment: make.lists_at(name, moment) for name, moment in (("later", later), ("expired", expired))}
    for level in LEVELS:
        make.add(f"later-{level}", sign("p256", level), at=later, known=fresh[later])
        make.add(f"expired-{level}", sign("p256", level), at=expired, known=fresh[expired])
    after = make.lists_at("after", later, revoked=[("signer-p256", SIGNED + datetime.timedelta(days=2))])
    before = make.lists_at("before", later, revoked=[("signer-p256", SIGNED - datetime.timedelta(days=2))])
    tsa_after = make.lists_at("tsa-after", later, revoked=[("tsa", SIGNED + datetime.timedelta(days=2))])
    ca_after = make.lists_at("ca-after", later, revoked=[("ca", SIGNED + datetime.timedelta(days=2))])
    for level in LEVELS:
        make.add(f"revoked-after-{level}", sign("p256", level), at=later, known=after)
        make.add(f"revoked-before-{level}", sign("p256", level), at=later, known=before)
        make.add(f"tsa-revoked-after-{level}", sign("p256", level), at=later, known=tsa_after)
        make.add(f"ca-revoked-after-{level}", sign("p256", level), at=later, known=ca_after)
    make.add("before-birth", sign("p256", "T", at=NOW - datetime.timedelta(days=60)), known=make.lists)

    stranger = pki.Pki(folder / "stranger", NOW - datetime.timedelta(days=30), 3650)
    make.add("another-root", sign("p256", "LTA"), trust=stranger.path("root.pem"))
    make.add("flipped", sign("p256", "LTA"), spoil_with=lambda data: data.replace(b"20 100 Td", b"20 101 Td"))
    make.add("appended", sign("p256", "LTA"), spoil_with=spoil.appended)
    make.add("cut", sign("p256", "LTA"), spoil_with=lambda data: spoil.cut(data, 1))
    make.add("other-stamp", sign("p256", "LTA"), spoil_with=spoil.other_stamp)
    return make


def ours(question):
    """Our report on one document, by the general policy, without network."""
    command = [os.environ["ELICENCE"], "verify", question["file"], "--json", "--offline", "--policy", "general", "--revocation", "require"]
    for path in question["trust"]:
        command += ["--trust", path]
    for path in question["crls"]:
        command += ["--evidence", path]
    if question["at"]:
        command += ["--at", question["at"]]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        return {"signatures": [], "verdict": f"exit code {done.returncode}: {done.stderr.strip()[:100]}"}


def summary(signatures):
    """(indication, sub-indication, level) of each signature."""
    return [(one["indication"], one.get("sub_indication"), (one.get("level") or "").replace("PAdES-BASELINE-", "B-")) for one in signatures]


def agree(they, we, reference, verdict):
    """Whether two summaries say the same. Sub-indications are printed only: EN 319 102-1 leaves their choice open where several are true, and a level
    counts only where the signature passes."""
    essence = lambda summary: [(indication, level if indication == "TOTAL-PASSED" else None) for indication, _, level in summary]
    changed = any(one["revision"][kind] for one in reference.get("signatures", []) for kind in ("undefined", "annotation"))
    passed = bool(they) and all(one[0] == "TOTAL-PASSED" for one in they)
    return "error" not in reference and essence(they) == essence(we) and (verdict == "valid") == (passed and not changed)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made = cases(folder)
    if sys.argv[2:]:
        made.orders = [order for order in made.orders if order["out"].stem in sys.argv[2:]]
        made.questions = [question for question in made.questions if question["name"] in sys.argv[2:]]
    dss.make(made.orders)
    for path, change in made.spoiled:
        if path.exists():
            path.write_bytes(change(path.read_bytes()))
    theirs = dss.check({key: value for key, value in question.items() if key != "name"} for question in made.questions)
    with ThreadPoolExecutor(2) as pool:
        mine = list(pool.map(ours, made.questions))

    complaints = 0
    for question, reference, report in zip(made.questions, theirs, mine):
        name = question["name"]
        they, we = summary(reference.get("signatures", [])), summary(report["signatures"])
        same = agree(they, we, reference, report["verdict"])
        expected, why = DIFFERENCES.get(name, (None, ""))
        fine = same if name not in DIFFERENCES else not same and report["verdict"] == expected
        they = reference.get("error", they)
        note = why if fine else why and "does not differ as the list says"
        complaints += not fine
        print(f"{'ok  ' if fine else 'BAD '} {name:28} DSS {they}  we {we} {report['verdict']} {note}")
    print(f"{len(made.questions)} documents, {complaints} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
