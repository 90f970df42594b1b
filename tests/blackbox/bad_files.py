"""Files and QR texts that are not as they were sealed: each gets its own verdict, reason and exit code from `elicence verify`."""

import io
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from _elicence import INDETERMINATE, INVALID, UNREADABLE, USAGE, VALID, WORK, Checks, demo, elicence, verify

sys.path.insert(0, str(Path(__file__).parents[1] / "witness"))
import spoil  # noqa: E402
from asn1crypto import cms, x509  # noqa: E402
from cryptography import x509 as new_x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder  # noqa: E402
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: E402
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf  # noqa: E402
from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: E402

check = Checks()


def codes(done):
    """The machine reasons of an answer."""
    return [reason["code"] for reason in done.json["reasons"]]


def expect(name, done, exit_code, code=None):
    """The answer has this exit code and, if given, this reason; and every reason has a sentence in both languages."""
    if not check(f"{name}: exit {exit_code}", done.code == exit_code and not done.crashed, done):
        return
    if exit_code in (INVALID, INDETERMINATE, VALID):
        if code:
            check(f"{name}: reason {code}", code in codes(done), codes(done))
        for reason in done.json["reasons"]:
            sentence = reason["message"]
            check(f"{name}: a sentence in Chinese and English", re.search("[一-鿿]", sentence) and re.search("[a-z]{3}", sentence), sentence)
    else:
        check(f"{name}: says why", len(done.said.strip()) > 10, done)


def cms_of(data):
    """(start, end, SignedData) of the hex digits in the last /Contents."""
    match = list(re.finditer(rb"/Contents\s*<([0-9a-fA-F]{200,})>", data))[-1]
    return match.start(1), match.end(1), cms.ContentInfo.load(bytes.fromhex(match[1].decode()), strict=False)


def sealed_revision(data):
    """The file as it was when it had been sealed: before validation data and document time-stamp were appended."""
    _, _, behind, rest = map(int, re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", data).groups())
    return data[: behind + rest]


def with_cms(data, change):
    """The document with another CMS in the same gap."""
    start, end, info = cms_of(data)
    change(info["content"])
    digits = info.dump(force=True).hex().encode()
    assert len(digits) <= end - start
    return data[:start] + digits.ljust(end - start, b"0") + data[end:]


def swapped_certificate(data, folder):
    """The signer's certificate gives way to one of the same issuer, number and key that somebody else made."""

    def change(signed):
        old = signed["signer_infos"][0]["sid"].chosen
        for index, choice in enumerate(signed["certificates"]):
            certificate = choice.chosen
            if certificate.serial_number == old["serial_number"].native:
                genuine = new_x509.load_der_x509_certificate(certificate.dump())
                key = serialization.load_pem_private_key((folder / "signer.key").read_bytes(), None)
                forged = new_x509.CertificateBuilder(
                    genuine.issuer, genuine.subject, genuine.public_key(), genuine.serial_number, genuine.not_valid_before_utc, genuine.not_valid_after_utc
                ).sign(key, hashes.SHA256())
                signed["certificates"][index] = cms.CertificateChoices("certificate", x509.Certificate.load(forged.public_bytes(serialization.Encoding.DER)))

    return with_cms(data, change)


def sealed_by_stranger_again(data, folder):
    """A second, later signature by somebody else."""
    signer = SimpleSigner(load_cert_from_pemder(folder / "signer.pem"), load_private_key_from_pemder(folder / "signer.key", None), SimpleCertificateStore())
    metadata = PdfSignatureMetadata(field_name="Second", md_algorithm="sha256")
    return sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), metadata, signer=signer).getvalue()


def files(licence, authority):
    """Spoiled files."""
    path = WORK / "file.pdf"
    genuine, plain = Path(licence["document"]).read_bytes(), Path(licence["unsealed"]).read_bytes()
    sealed = sealed_revision(genuine)
    stranger_root, signer, key = spoil.make_root(WORK)

    def judged(data, *more):
        path.write_bytes(data)
        return verify(path, authority, *more)

    done = judged(genuine)
    expect("genuine", done, VALID, "STATUS_NOT_CHECKED")
    check("revocation is judged by what the file carries", "REVOCATION_NOT_CHECKED" not in codes(done), codes(done))
    check("the licence is named", done.json["licence"]["identifier"] == licence["identifier"], done.json["licence"])
    report = done.json["signatures"][0]
    check("validation data and a time-stamp follow the seal", report["level"] == "B-LTA" and report["changes_after"] == "ltv", report)

    done = judged(sealed)
    expect("before validation data", done, VALID, "REVOCATION_NOT_CHECKED")
    report = done.json["signatures"][0]
    check("one certifying signature over the whole file", report["covers_whole_file"] and report["changes_after"] == "none", report)

    done = judged(spoil.appended(genuine))
    expect("appended update", done, INVALID, "MODIFIED_AFTER_SIGNING")
    check("the update is named", done.json["signatures"][0]["changes_after"] == "other", done.json["signatures"])
    expect("later signature of another", judged(sealed_by_stranger_again(genuine, WORK)), INVALID)
    done = judged(genuine + b"1 0 obj<<>>endobj\n")
    check("bytes after the end are not valid", done.code in (INVALID, UNREADABLE) and not done.crashed, done)
    expect("flipped content", judged(spoil.flipped(genuine)), INVALID, "HASH_FAILURE")
    expect("swapped certificate", judged(swapped_certificate(sealed, WORK)), INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")

    for name, data in (("the seal", sealed), ("the document time-stamp", genuine)):
        start, end, _ = cms_of(data)
        digit = next(i for i in range(start, end) if data[i : i + 1].isalpha())
        other_case = data[:digit] + data[digit : digit + 1].swapcase() + data[digit + 1 :]
        expect(f"another spelling of a hex digit of {name}", judged(other_case), INVALID)
        done = judged(data[: end - 1] + b"1" + data[end:])
        check(f"a byte after the CMS of {name}", done.code == (INVALID if data is sealed else INDETERMINATE) and not done.crashed, done)

    by_stranger = spoil.sealed_by_stranger(plain, signer, key, certify=True)
    expect("hex digits in upper case, which we never write", judged(by_stranger), INVALID, "FORMAT_FAILURE")
    expect("sealed by a stranger", judged(spoil.lower_case(by_stranger)), INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
    path.write_bytes(genuine)
    expect("wrong root", elicence("verify", path, "--trust", stranger_root, "--offline", "--json"), INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
    done = elicence("verify", path, "--offline", "--json")
    expect("no root", done, INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
    check("the hint to give --trust", "--trust" in done.said, done)
    check("the licence taken has no last day", done.json["licence"]["valid_until"] == "长期", done.json["licence"])
    done = verify(path, authority, "--at", "2070-01-01T00:00:00Z")
    expect("judged about a time after the certificate", done, INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")
    expect("judged about a time before the licence", verify(path, authority, "--at", "1999-01-01T00:00:00Z"), INVALID, "LICENCE_NOT_YET_VALID")

    for cut in (len(genuine) - 1, len(genuine) - 100, len(genuine) // 2):
        done = judged(genuine[:cut])
        check(f"cut to {cut} bytes is not valid", done.code in (INVALID, INDETERMINATE, UNREADABLE) and not done.crashed, done)

    rewritten = WORK / "rewritten.pdf"
    subprocess.run(["qpdf", licence["document"], rewritten], check=True, capture_output=True)
    expect("saved again by another program", judged(rewritten.read_bytes()), INVALID)
    subprocess.run(["qpdf", "--encrypt", "", "owner", "256", "--", licence["document"], rewritten], check=True, capture_output=True)
    done = judged(rewritten.read_bytes())
    check("encrypted is not valid", done.code in (INVALID, INDETERMINATE, UNREADABLE) and not done.crashed, done)

    expect("without a signature field", judged(spoil.bare()), UNREADABLE)
    expect("not a PDF", judged(b"GIF89a" + bytes(1000)), UNREADABLE)
    expect("empty", judged(b""), UNREADABLE)
    started = time.monotonic()
    done = judged(genuine + b" " * (50 << 20))
    check("50 MB: not valid, and soon", done.code != VALID and not done.crashed and time.monotonic() - started < 20, done)
    expect("no such file", verify(WORK / "absent.pdf", authority), USAGE)
    expect("a folder", verify(WORK, authority), USAGE)


def genuine_key(licence, authority):
    """Somebody who holds the seal key changes words on the page but not the payload."""
    keys = WORK / "demo" / "keys"
    passphrase = (keys / "passphrase").read_bytes().strip()
    plain = Path(licence["unsealed"]).read_bytes()
    path = WORK / "resealed.pdf"

    def resealed(data):
        path.write_bytes(spoil.lower_case(spoil.sealed_by_stranger(data, keys / "seal.chain.pem", keys / "seal.key.pem", True, passphrase)))
        return verify(path, authority)

    expect("sealed again by another program with the genuine key", resealed(plain), VALID)
    expect("sealed again with other words on the page", resealed(spoil.other_words(plain)), INVALID, "CONTENT_MISMATCH")


def qr_texts(licence, other, authority):
    """Spoiled QR texts."""
    trust = ("--trust", authority["qr_keys"], "--offline", "--json")
    text = licence["qr"]
    done = elicence("verify", "--qr", text, *trust)
    expect("genuine QR", done, VALID, "STATUS_NOT_CHECKED")
    check("valid as of the issue time", done.json["kind"] == "qr" and done.json["qr"]["verdict"] == "VALID_AS_OF", done.json)
    foreign = re.sub(r"^https?://[^/]+", "https://elsewhere.example", text)
    expect("another host is all the same", elicence("verify", "--qr", foreign, *trust), VALID)
    expect("no keys", elicence("verify", "--qr", text, "--offline", "--json"), INDETERMINATE, "QR_UNKNOWN_ISSUER")
    middle = text.index("#") + 200
    changed = text[:middle] + str((int(text[middle]) + 1) % 10) + text[middle + 1 :]
    done = elicence("verify", "--qr", changed, *trust)
    check("a digit changed is never valid", done.code in (INVALID, INDETERMINATE, UNREADABLE) and not done.crashed, done)
    last = text[:-1] + str((int(text[-1]) + 1) % 10)
    expect("the signature changed", elicence("verify", "--qr", last, *trust), INVALID, "QR_TAMPERED")
    for name, bad in {"no QR text": "hello", "half of it": text[: len(text) // 2], "empty": "", "endless": "https://a/q#1" + "9" * 20_000}.items():
        done = elicence("verify", "--qr", bad, *trust)
        check(f"{name}: not parsable", done.code == UNREADABLE and not done.crashed, done)
    path = WORK / "other-token.pdf"
    path.write_bytes(Path(licence["document"]).read_bytes().replace(text.encode(), other["qr"].encode()[: len(text)]))
    done = verify(path, authority)
    check("the token of another licence is not valid", done.code == INVALID, done)


def main():
    os.environ["ELICENCE_DEMO_UNSEALED"] = "1"
    authority = demo(WORK / "demo", env={"ELICENCE_DEMO_UNSEALED": "1"})
    licences = authority["licences"]
    files(licences[0], authority)
    genuine_key(licences[0], authority)
    qr_texts(licences[0], licences[1], authority)
    expect("neither file nor QR", elicence("verify", "--json"), USAGE)
    check.end()


if __name__ == "__main__":
    main()
