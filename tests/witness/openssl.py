"""OpenSSL as a witness: the CMS of each signature, each time-stamp token, and the revocation lists and OCSP answers in a document."""

import subprocess
import tempfile
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import seals
from pyhanko_ades import has


def _run(*command):
    done = subprocess.run(["openssl", *map(str, command)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


class Bench:
    """The parts of one document as files for openssl, which takes nothing from a pipe twice."""

    def __init__(self, folder, sealed, root):
        self.folder, self.root, self.count = Path(folder), Path(root), 0
        self.anchor = x509.load_pem_x509_certificate(self.root.read_bytes())
        self.known = [x509.load_der_x509_certificate(der) for der in sealed.certificates]
        self.chain = self.file("".join(one.public_bytes(Encoding.PEM).decode() for one in [self.anchor, *self.known]).encode())

    def file(self, data):
        self.count += 1
        path = self.folder / str(self.count)
        path.write_bytes(data)
        return path

    def issuer(self, certificate):
        return next(one for one in [self.anchor, *self.known] if one.subject == certificate.issuer)


def signature(bench, seal, at):
    """CMS by its own certificates, with the check that the signing certificate is the one that was signed for (`-cades`)."""
    status, said = _run(
        "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", bench.file(seal.der), "-content", bench.file(seal.covered),
        "-CAfile", bench.root, "-purpose", "any", "-attime", at, "-out", "/dev/null",
    )  # fmt: skip
    return [] if status == 0 and "CAdES Verification successful" in said else [f"openssl cms: {said.strip()[-300:]}"]


def token(bench, der, data, at):
    """A time-stamp token over `data`."""
    status, said = _run(
        "ts", "-verify", "-token_in", "-in", bench.file(der), "-data", bench.file(data), "-CAfile", bench.root, "-untrusted", bench.chain, "-attime", at
    )
    return [] if status == 0 and "Verification: OK" in said else [f"openssl ts: {said.strip()[-300:]}"]


def revocation_list(bench, der):
    """A list signed by an authority of the document."""
    status, said = _run("crl", "-inform", "DER", "-in", bench.file(der), "-noout", "-CAfile", bench.chain)
    return [] if status == 0 and "verify OK" in said else [f"openssl crl: {said.strip()[-300:]}"]


def ocsp_says_good(bench, der, certificate):
    """Whether an OCSP answer is right and says of `certificate` that it is good."""
    status, said = _run(
        "ocsp", "-respin", bench.file(der), "-issuer", bench.file(bench.issuer(certificate).public_bytes(Encoding.PEM)), "-no_nonce",
        "-cert", bench.file(certificate.public_bytes(Encoding.PEM)), "-CAfile", bench.root, "-verify_other", bench.chain, "-validity_period", 10**9,
    )  # fmt: skip
    return status == 0 and "Response verify OK" in said and ": good" in said


def _without_revocation(bench, sealed):
    """Certificates of the document that neither a list nor an answer in it speaks well of."""
    lists = [x509.load_der_x509_crl(der) for der in sealed.lists]
    missing = []
    for certificate in bench.known:
        if certificate.subject == certificate.issuer:
            continue
        try:
            certificate.extensions.get_extension_for_class(x509.OCSPNoCheck)
            continue
        except x509.ExtensionNotFound:
            pass
        fine_by_list = any(
            one.issuer == certificate.issuer and one.get_revoked_certificate_by_serial_number(certificate.serial_number) is None for one in lists
        )
        if not fine_by_list and not any(ocsp_says_good(bench, der, certificate) for der in sealed.answers):
            missing.append(certificate.subject.rfc4514_string())
    return [f"openssl: no revocation data for {missing}"] if missing else []


def judge(pdf, root, level="B-B", at=None):
    """Complaints about all that is signed in a document of `level`, judged at `at` (Unix time; now, when none is given)."""
    at = int(at or time.time())
    sealed = seals.take_apart(pdf)
    complaints = [] if sealed.signatures else ["openssl: no signature"]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, sealed, root)
        for seal in sealed.signatures:
            complaints += signature(bench, seal, at)
            if seal.token is not None:
                complaints += token(bench, seal.token, seal.value, at)
            elif has(level, "B-T"):
                complaints.append("openssl: no signature time-stamp")
        for stamp in sealed.stamps:
            complaints += token(bench, stamp.der, stamp.covered, at)
        if has(level, "B-LTA") and not sealed.stamps:
            complaints.append("openssl: no document time-stamp")
        if has(level, "B-LT"):
            if not sealed.certificates:
                complaints.append("openssl: no certificates in the document")
            for der in sealed.lists:
                complaints += revocation_list(bench, der)
            complaints += _without_revocation(bench, sealed)
    return complaints
