"""Shows what remains of a seal when time has passed: check_later.py FOLDER, after check_levels.py FOLDER, whose P-256 demo it looks at.

The clock is moved past the end of the signer's certificate, and the authority revokes it after, or before, the document was sealed. We must say
what the levels promise; pyHanko and EU DSS, given the same lists, are asked the same.
"""

import datetime
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import dss
import installations
import pki
import pyhanko_ades

DAY = datetime.timedelta(days=1)


@dataclass
class Case:
    """A document of `level`, judged `days` after it was sealed; the signer was revoked at `revoked` days from then; expected is our answer."""

    level: str
    days: int
    revoked: int | None
    expected: tuple
    pyhanko: bool
    dss: str


EXPIRED = installations.SEAL_DAYS + 100

# Past the end of the certificate and before; not revoked, revoked after sealing, revoked before.
CASES = [
    Case("B-B", 10, None, ("valid", "TOTAL-PASSED"), True, "TOTAL-PASSED"),
    Case("B-B", 10, 2, ("indeterminate", "REVOKED_NO_POE"), False, "INDETERMINATE"),
    Case("B-B", EXPIRED, None, ("indeterminate", "OUT_OF_BOUNDS_NO_POE"), False, "INDETERMINATE"),
    Case("B-T", 10, 2, ("valid", "TOTAL-PASSED"), True, "TOTAL-PASSED"),
    Case("B-T", 10, -2, ("invalid", "REVOKED"), False, "INDETERMINATE"),
    Case("B-LT", EXPIRED, None, ("valid", "TOTAL-PASSED"), True, "TOTAL-PASSED"),
    Case("B-LTA", EXPIRED, None, ("valid", "TOTAL-PASSED"), True, "TOTAL-PASSED"),
    Case("B-LTA", EXPIRED, 2, ("valid", "TOTAL-PASSED"), True, "TOTAL-PASSED"),
    Case("B-LTA", 10, 2, ("valid", "TOTAL-PASSED"), True, "TOTAL-PASSED"),
    # The authority takes back what its answer in the document said. To us the list counts; the others rest on that answer.
    Case("B-LTA", 10, -2, ("invalid", "REVOKED"), True, "TOTAL-PASSED"),
]


class Authority:
    """The demo's root and issuing authority, which go on publishing lists."""

    def __init__(self, folder):
        self.folder, keys = folder, folder / "keys"
        passphrase = (keys / "passphrase").read_bytes()
        self.issuers = {}
        for name in ("root", "issuing-ca"):
            certificate = x509.load_pem_x509_certificates((keys / f"{name}.pem").read_bytes())[0]
            self.issuers[name] = certificate, load_pem_private_key((keys / f"{name}.key.pem").read_bytes(), passphrase)
        self.signer = x509.load_pem_x509_certificates((keys / "seal.chain.pem").read_bytes())[0]
        self.root = keys / "root.pem"

    def publish(self, at, revoked_at):
        """Files with the lists of both as of `at`."""
        revoked = [] if revoked_at is None else [(self.signer, revoked_at)]
        paths = []
        for name, (certificate, key) in self.issuers.items():
            state = f"revoked-{revoked_at:%Y%m%d}" if revoked_at else "good"
            paths.append(self.folder / f"{name}-{at:%Y%m%d}-{state}.crl")
            paths[-1].write_bytes(pki.revocation_list(certificate, key, at, revoked))
        return paths


def ours(path, root, lists, at):
    command = [os.environ["ELICENCE"], "verify", path, "--trust", root, "--offline", "--json", "--at", f"{at:%Y-%m-%dT%H:%M:%SZ}"]
    for file in lists:
        command += ["--evidence", str(file)]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60).stdout)
    signature = report["signatures"][0]
    return report["verdict"], signature.get("sub_indication") or signature["indication"], signature.get("best_signature_time")


def main():
    folder = Path(sys.argv[1]) / installations.ALGORITHMS[0]
    authority = Authority(folder)
    document = {rule["level"]: str(folder / "licences" / f"{name}-1.pdf") for name, rule in installations.SEALS.items() if not rule.get("final")}
    sealed_at = {
        level: datetime.datetime.fromtimestamp(os.path.getmtime(path), datetime.timezone.utc).replace(microsecond=0) for level, path in document.items()
    }
    asked = []
    for case in CASES:
        at = sealed_at[case.level] + case.days * DAY
        revoked_at = None if case.revoked is None else sealed_at[case.level] + case.revoked * DAY
        asked.append((case, document[case.level], at, authority.publish(at, revoked_at)))
    references = dss.check(
        {"file": path, "trust": [str(authority.root)], "crls": [str(file) for file in lists], "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"} for _, path, at, lists in asked
    )

    complaints = 0
    for (case, path, at, lists), reference in zip(asked, references):
        verdict, why, proven = ours(path, authority.root, lists, at)
        refused = pyhanko_ades.judge(path, authority.root, case.level, at, [file.read_bytes() for file in lists])
        they = reference["signatures"][0] if reference.get("signatures") else {"indication": reference.get("error"), "sub_indication": None}
        fine = {
            "we": (verdict, why) == case.expected and (verdict != "valid" or case.level == "B-B" or proven is not None),
            "pyHanko": (not refused) == case.pyhanko,
            "DSS": they["indication"] == case.dss,
        }
        complaints += list(fine.values()).count(False)
        revoked = "not revoked" if case.revoked is None else f"revoked {case.revoked:+} days"
        print(f"{case.level:5} after {case.days:3} days, {revoked:16}: we say {verdict} {why}, proven {proven}; DSS {they['indication']} {they['sub_indication']}; ", end="")
        print(f"pyHanko {refused or 'content'} {'' if all(fine.values()) else 'BAD ' + str([name for name, good in fine.items() if not good])}")
    print(f"{len(CASES)} cases, {complaints} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
