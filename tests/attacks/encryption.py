"""Class 26, encryption: the file needs a password, or says so in a broken way. Everything encrypted is refused, and says so."""

import subprocess
import tempfile
from pathlib import Path

from ._case import FORMAT, MODIFIED, Case, accepted, attack, invalid, undecided, unreadable

REFUSED = FORMAT | MODIFIED | unreadable("NOT_PARSABLE", "ENCRYPTED") | undecided("ENCRYPTED")


def encrypted(data, *options):
    """The document encrypted by qpdf."""
    with tempfile.TemporaryDirectory() as folder:
        plain, out = Path(folder) / "plain.pdf", Path(folder) / "out.pdf"
        plain.write_bytes(data)
        done = subprocess.run(["qpdf", "--allow-weak-crypto", *options, plain, out], capture_output=True)
        assert done.returncode in (0, 3), done.stderr
        return out.read_bytes()


@attack(26, "seal-last")
def saved_encrypted(base):
    """The signed file encrypted afterwards: with a password, with an empty one, with weak ciphers."""
    answer = REFUSED | invalid("HASH_FAILURE")
    yield Case("AES 256, password", encrypted(base.data, "--encrypt", "secret", "owner", "256", "--"), answer)
    yield Case("AES 256, empty password", encrypted(base.data, "--encrypt", "", "owner", "256", "--"), answer)
    yield Case("RC4 40", encrypted(base.data, "--encrypt", "", "owner", "40", "--"), answer)
    yield Case("RC4 128, metadata open", encrypted(base.data, "--encrypt", "", "owner", "128", "--force-V4", "--cleartext-metadata", "--"), answer)


@attack(26)
def said_by_an_update(base):
    """An update says that the file is encrypted."""
    dictionaries = {
        "standard": b"<</Filter/Standard/V 2/R 3/Length 128/O<%s>/U<%s>/P -4>>" % (b"00" * 32, b"00" * 32),
        "empty": b"<<>>",
        "null": b"null",
        "number": b"7",
        "public key": b"<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4>>",
        "unknown": b"<</Filter/Nobody/V 9/R 99>>",
        "itself": b"%d 0 R" % base.pdf.size,
        "MAC": b"<</Filter/Standard/V 5/R 6/O()/U()/P -4/KDFSalt<00>>>/AuthCode<</MACLocation/Standalone/ByteRange[0 0 0 0]/MAC<00>>>",
    }
    for name, text in dictionaries.items():
        answer = REFUSED if name != "null" or base.is_licence else REFUSED | accepted(why="null is the same as absent")
        yield Case(name, base.update({base.pdf.size: b"<<>>"}, more=b"/Encrypt" + (b" " if text[:1].isalnum() else b"") + text), answer)


@attack(26, "seal-last table")
def signed_encrypted(base):
    """The real key signs a trailer that says encrypted, though nothing is."""

    def finish(data):
        at = data.rindex(b">>\nstartxref")
        return data[:at] + b"/Encrypt<</Filter/Standard/V 5/R 6>>" + data[at:]

    yield Case("direct", base.reseal(finish=finish), REFUSED)
