"""`elicence augment FILE`: a sealed file is brought from B-B to B-LTA, and made longer again; what must not last is refused in both languages."""

import re
import subprocess
import sys
from pathlib import Path

from _elicence import INDETERMINATE, INVALID, TOP, UNREADABLE, USAGE, VALID, WORK, Checks, elicence

sys.path[:0] = [str(TOP / "tests"), str(TOP / "tests" / "witness")]
import installations  # noqa: E402
import spoil  # noqa: E402
from attacks import _bases, _pki  # noqa: E402
from pyhanko.sign.fields import MDPPerm  # noqa: E402

UNAVAILABLE = 69
check = Checks()


def witnesses(name, path):
    """Programs of others find the file whole and every signature good."""
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, timeout=60)
    check(f"{name}: qpdf --check", done.returncode == 0, done.stdout[-300:])
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, timeout=60).stdout
    verdicts = re.findall(r"Signature Validation: (.*)", said)
    good = ("Signature is Valid.", "Signature has not yet been verified.")  # The second of a document time-stamp.
    check(f"{name}: pdfsig", verdicts and verdicts[0] == good[0] and set(verdicts) <= set(good), said[-400:])


def raised(name, file, level, arguments):
    """The file is longer, begins with the old one, and has the level."""
    before, out = file.read_bytes(), WORK / f"{name}.pdf"
    done = elicence("augment", file, "--out", out, "--json", *arguments)
    if not check(f"{name}: exit 0", done.code == VALID, done):
        return file
    check(f"{name}: the level", [one["level"] for one in done.json["signatures"]] == [level], done.json["signatures"])
    check(f"{name}: the file itself stays", file.read_bytes() == before, "")
    after = out.read_bytes()
    check(f"{name}: something was appended, and nothing else", after.startswith(before) and len(after) > len(before), (len(before), len(after)))
    again = elicence("verify", out, "--offline", "--json", *arguments[:2])
    check(f"{name}: verify agrees", again.code == VALID and again.json["signatures"] == done.json["signatures"], again)
    witnesses(name, out)
    return out


def refused(name, data, code, arguments, said=""):
    """An exit code, a sentence in both languages, and no file; one that was there stays."""
    file, out = WORK / "refused.pdf", WORK / "refused-out.pdf"
    file.write_bytes(data)
    for there in (None, b"what was there"):
        out.unlink(missing_ok=True) if there is None else out.write_bytes(there)
        done = elicence("augment", file, "--out", out, *arguments)
        check(f"{name}: exit {code}", done.code == code and not done.crashed, done)
        check(f"{name}: in Chinese and English", re.search("[一-鿿]{3}", done.stderr) and re.search("[a-z]{4} [a-z]{2}", done.stderr), done)
        check(f"{name}: says why", said in done.stderr, done)
        check(f"{name}: nothing is written", (out.read_bytes() if out.exists() else None) == there, "")
        check(f"{name}: the file itself stays", file.read_bytes() == data, "")
    check(f"{name}: nothing is left behind", not list(WORK.glob("*.part")), list(WORK.glob("*.part")))


def main():
    port = installations.free_port()
    folder = WORK / "authority"
    made = installations.make(folder, "ecdsa-p256", port)
    basic, stamped = (next(Path(one["document"]) for one in made["licences"] if kind in one["document"]) for kind in ("business-licence", "food-permit"))
    stamping = f"http://127.0.0.1:{port}/pki/tsa"
    trust, allow, archive = ["--trust", made["root"]], ["--allow", "127.0.0.1"], ["--time-stamp-url", stamping]
    pki = _pki.Pki(folder / "keys")
    with installations.served(folder, port):
        archived = raised("B-B to B-LTA", basic, "B-LTA", [*trust, *allow, *archive])
        raised("B-T to B-LT", stamped, "B-LT", [*trust, *allow])
        raised("B-LTA renewed", archived, "B-LTA", [*trust, *allow, *archive])
        foreign = WORK / "foreign.pdf"
        foreign.write_bytes(_bases.signed_by_hanko(_bases.page(), pki))
        raised("a foreign file", foreign, "B-LTA", [*trust, *allow, *archive])

        data = basic.read_bytes()
        everything = [*trust, *allow, *archive]
        refused("cut in half", data[: len(data) // 2], UNREADABLE, everything)
        refused("cut at its end", data[:-400], INVALID, everything, "FORMAT_FAILURE")
        refused("no PDF", b"no PDF", UNREADABLE, everything)
        refused("never sealed", _bases.page(), UNREADABLE, everything)
        refused("tampered with", spoil.flipped(data), INVALID, everything, "HASH_FAILURE")
        refused("changed afterwards", spoil.appended(data), INVALID, everything, "MODIFIED_AFTER_SIGNING")
        final = _bases.signed_by_hanko(_bases.page(), pki, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
        refused("nothing may follow", final, UNREADABLE, everything, "P 1")
        refused("certificate unknown", data, INDETERMINATE, [*allow, *archive], "--trust")
        refused("host not allowed", data, UNAVAILABLE, [*trust, *archive], "--allow")
    refused("nobody answers", data, UNAVAILABLE, everything, "nothing was appended")
    check("FILE and --out belong together", elicence("augment", basic, *trust).code == USAGE, "")
    check.end()


if __name__ == "__main__":
    main()
