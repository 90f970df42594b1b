"""Every class of attack on PDF signatures, on our own licences and on documents of pyHanko: the answer is the right one, quickly and in little memory.

    attacks.py [WORD]...     only attacks whose name, class number or document has one of these words
    ATTACK_WITNESSES=1       let pyHanko and pdfsig judge every file, not only those that we accept, and print how often they are blind
    ATTACK_KEEP=FOLDER       keep the files that were answered wrongly
"""

import concurrent.futures
import json
import logging
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from _elicence import BINARY, EXIT_OF_VERDICT, TOP, VALID, WORK, Checks, clean_environment, demo

CPU_SECONDS = 2.0
MEMORY = 256 << 20
ADDRESSES = 2 << 30  # What a file may reserve; threads reserve stacks that they never touch.
PATIENCE = 60


def judge(path, arguments):
    """Runs `elicence verify` on a file: (exit code, stdout, stderr, CPU seconds, bytes of memory). Runs in a process of its own that is forked
    before anything large is imported, because a child's memory is counted from its parent's."""

    def limits():
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            [BINARY, "verify", path, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd="/", env=clean_environment(), preexec_fn=limits
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            done, status, used = os.wait4(child.pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() > deadline:
                child.kill()
            time.sleep(0.001)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        texts = [file.read(1 << 20).decode(errors="replace") for file in (out, err)]
        return child.returncode, *texts, used.ru_utime + used.ru_stime, used.ru_maxrss << 10


class Answered(NamedTuple):
    """One answer: exit code, reasons, level of each signature; does it hold what every answer must?"""

    code: int
    reasons: list
    levels: list
    fine: bool


class Witnesses:
    """pyHanko and pdfsig: do they call every signature of a file good?"""

    def __init__(self, root):
        from asn1crypto import pem, x509

        self.root = x509.Certificate.load(pem.unarmor(Path(root).read_bytes())[2])

    def hanko(self, data):
        """True, or why not."""
        import io

        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
        from pyhanko_certvalidator import ValidationContext

        try:
            reader = PdfFileReader(io.BytesIO(data))
            signatures = reader.embedded_regular_signatures
            if not signatures:
                return "nothing signed"
            for signature in signatures:
                context = ValidationContext(trust_roots=[self.root], allow_fetching=False, revocation_mode="soft-fail")
                status = validate_pdf_signature(signature, context, context)
                if not status.bottom_line:
                    return status.summary()
            for stamp in reader.embedded_timestamp_signatures:
                context = ValidationContext(trust_roots=[self.root], allow_fetching=False, revocation_mode="soft-fail")
                status = validate_pdf_timestamp(stamp, context)
                if not status.valid:
                    return status.summary()
            return True
        except Exception as error:  # pyHanko raises whatever it meets in a hostile file.
            return f"{type(error).__name__}: {error}"[:200]

    def pdfsig(self, path):
        """True, or why not."""
        done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, timeout=PATIENCE)
        said = done.stdout.decode(errors="replace")
        verdicts = [line.split(":", 1)[1].strip() for line in said.splitlines() if "Signature Validation:" in line]
        verdicts = [verdict for verdict in verdicts if verdict != "Signature has not yet been verified."]  # A document time-stamp.
        if verdicts and all(verdict == "Signature is Valid." for verdict in verdicts):
            return True
        return ", ".join(verdicts) or "nothing signed"


def wanted(words, number, *names):
    """Does a word of the command line name it?"""
    return not words or any(word == str(number) if word.isdigit() else any(word in name for name in names) for word in words)


def main():
    words = sys.argv[1:]
    judges = concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"))
    judges.submit(os.getpid).result()  # Forks now, while this process is small.
    sys.path.insert(0, str(TOP / "tests"))
    from attacks import _bases, _case, _pki, classes

    logging.disable(logging.CRITICAL)  # pyHanko tells at length what it thinks of each file.

    check = Checks()
    authority = demo(WORK / "demo")
    trust = ["--trust", authority["root"], "--trust", authority["qr_keys"], "--offline", "--json"]
    witnesses = Witnesses(authority["root"])
    all_witnesses = bool(os.environ.get("ATTACK_WITNESSES"))
    keep = os.environ.get("ATTACK_KEEP")
    path = WORK / "attack.pdf"
    slowest, largest, counted, blind = (0, ""), (0, ""), Counter(), Counter()

    def answer_of(name, data, more=()):
        """Judges some bytes; checks what must hold of every answer."""
        nonlocal slowest, largest
        path.write_bytes(data)
        code, out, err, seconds, memory = judges.submit(judge, str(path), [*trust, *more]).result()
        slowest, largest = max(slowest, (seconds, name)), max(largest, (memory, name))
        said = (out + err)[-600:]
        fine = check(f"{name}: no crash", code >= 0 and code not in (101, 134, 139) and "panicked" not in out + err, f"exit {code} {said}")
        fine &= check(f"{name}: at most {CPU_SECONDS} s of CPU", seconds <= CPU_SECONDS, f"{seconds:.2f} s")
        fine &= check(f"{name}: at most {MEMORY >> 20} MB", memory <= MEMORY, f"{memory >> 20} MB")
        try:
            report = json.loads(out)
        except ValueError:
            report = {"reasons": []}
            fine &= check(f"{name}: an answer in JSON", False, f"exit {code} {said}")
        if "verdict" in report and code in (0, 1, 2):
            fine &= check(f"{name}: the exit code is the verdict", EXIT_OF_VERDICT.get(report["verdict"]) == code, said)
        return Answered(code, [reason["code"] for reason in report["reasons"]], [one.get("level") for one in report.get("signatures", [])], fine)

    def kept(name, data):
        if keep:
            Path(keep).mkdir(parents=True, exist_ok=True)
            (Path(keep) / (name.replace("/", "_").replace(" ", "-") + ".pdf")).write_bytes(data)

    def licence_documents():
        """One document of two types: with a photo, and with several pages."""
        for kind in ("constructor-1", "real-estate-1"):
            found = next(Path(one["document"]) for one in authority["licences"] if Path(one["document"]).stem == kind)
            data = found.read_bytes()
            path.write_bytes(data)
            code, out, *_ = judges.submit(judge, str(path), trust).result()
            check(f"{kind}: the genuine licence is valid", code == VALID, out)
            yield kind, data

    pki = _pki.Pki(Path(authority["root"]).parent)
    for base in _bases.collect(list(licence_documents()), pki):
        if not any(wanted(words, attack.number, base.name, attack.name) for attack in _case.REGISTRY):
            continue
        answered = answer_of(f"{base.name}: genuine", base.data, base.policy)
        check(f"{base.name}: the genuine document is valid", answered.code == VALID, answered.reasons)
        if "seal-last" in base.tags:
            answered = answer_of(f"{base.name}: sealed anew", base.reseal(), base.policy)
            check(f"{base.name}: sealed anew by the generator it is valid, too", answered.code == VALID, answered.reasons)
        for attack in _case.REGISTRY:
            if not attack.fits(base) or not wanted(words, attack.number, base.name, attack.name):
                continue
            for case in attack.make(base):
                name = f"{attack.number} {base.name} {attack.name} {case.name}"
                counted[attack.number, attack.name, case.name] += 1
                check(f"{name}: is another file", case.data != base.data)
                answered = answer_of(name, case.data, (*base.policy, *case.more))
                code, fine = answered.code, answered.fine
                fine &= check(f"{name}: {case.answer.options}", case.answer.allows(code, answered.reasons), f"exit {code}, {answered.reasons}")
                if case.most:
                    fine &= check(f"{name}: at most {case.most}", not answered.levels or _case.LEVELS.index(answered.levels[0]) <= _case.LEVELS.index(case.most), answered.levels)
                if not fine:
                    kept(name, case.data)
                if (code == VALID and not case.more) or all_witnesses:
                    for witness, said in (("pyHanko", witnesses.hanko(case.data)), ("pdfsig", witnesses.pdfsig(path))):
                        if code == VALID:
                            excused = said is True or classes.is_excused(witness, attack.name, case.name, str(said))
                            if not check(f"{name}: {witness} does not refuse what we accept", excused, said):
                                kept(name, case.data)
                        elif said is True:
                            blind[witness, attack.number] += 1

    numbers = {number for number, _, _ in counted}
    if not words:
        check("every class of the table", numbers == set(classes.CLASSES), sorted(set(classes.CLASSES) - numbers))
        for number in sorted(numbers):
            variants = len({(name, case) for found, name, case in counted if found == number})
            check(f"class {number}: at least three variants", variants >= 3, variants)
    for number in sorted(numbers):
        variants = len({(name, case) for found, name, case in counted if found == number})
        files = sum(count for (found, _, _), count in counted.items() if found == number)
        dark = "".join(f", {witness} blind to {blind[witness, number]}" for witness in ("pyHanko", "pdfsig") if blind[witness, number])
        print(f"class {number:2} {classes.CLASSES[number]}: {variants} variants, {files} files{dark}")
    judges.shutdown()
    print(f"slowest {slowest[0]:.2f} s of CPU: {slowest[1]}; largest {largest[0] >> 20} MB: {largest[1]}")
    check.end()


if __name__ == "__main__":
    main()
