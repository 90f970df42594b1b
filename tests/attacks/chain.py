"""Class 19: the certificate of the signer, or one above it, is not fit. The signature itself always holds."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from ._case import Case, accepted, attack, invalid, undecided
from ._cms import Signer
from ._pki import CODE, DOCUMENT, NOW, OCSP, SERVER, STAMP
from ._store import with_store

OUT_OF_BOUNDS = undecided("OUT_OF_BOUNDS_NO_POE", "OUT_OF_BOUNDS_NOT_REVOKED", "EXPIRED", "NOT_YET_VALID")
UNFIT = undecided("CHAIN_CONSTRAINTS_FAILURE")
NO_CHAIN = undecided("NO_CERTIFICATE_CHAIN_FOUND", "NO_CERTIFICATE_CHAIN_FOUND_NO_POE")
BROKEN = undecided("CERTIFICATE_CHAIN_GENERAL_FAILURE", "NO_CERTIFICATE_CHAIN_FOUND", "NO_SIGNING_CERTIFICATE_FOUND", "CHAIN_CONSTRAINTS_FAILURE")


@attack(19, "seal-last")
def in_time(base):
    """Expired, not yet valid, or judged about another time."""
    issue = base.pki.issue
    yield Case("fresh (control)", base.reseal(issue("Fresh")), accepted())
    yield Case("expired", base.reseal(issue("Expired", start=-800, days=365)), OUT_OF_BOUNDS)
    yield Case("expired yesterday", base.reseal(issue("Yesterday", start=-2, days=1)), OUT_OF_BOUNDS)
    yield Case("not yet valid", base.reseal(issue("Tomorrow", start=2)), OUT_OF_BOUNDS)
    yield Case("before it began", base.reseal(issue("Short", start=-1, days=20)), OUT_OF_BOUNDS | early(base), ("--at", "2020-01-01T00:00:00Z"))
    yield Case("after it ended", base.reseal(issue("Short", start=-1, days=20)), OUT_OF_BOUNDS | early(base), ("--at", "2060-01-01T00:00:00Z"))
    old = issue("Expired CA", issuer=base.pki.root, ca=True, start=-800, days=365)
    yield Case("authority expired", base.reseal(issue("Under it", issuer=old)), OUT_OF_BOUNDS)
    backwards = issue("Backwards", start=100, days=1)
    yield Case("only far in the future", base.reseal(backwards), OUT_OF_BOUNDS)


def early(base):
    """A licence says, besides, that it was not in force or is no longer."""
    return invalid("LICENCE_NOT_YET_VALID", "LICENCE_EXPIRED")


@attack(19, "seal-last")
def leaf_as_authority(base):
    """A certificate that is no authority issues another one."""
    issue = base.pki.issue
    yield Case("by the seal", base.reseal(issue("Under the seal", issuer=base.pki.seal)), UNFIT | NO_CHAIN)
    leaf = issue("Leaf", bits=("key_cert_sign", "digital_signature"))
    yield Case("by a leaf with keyCertSign", base.reseal(issue("Under it", issuer=leaf)), UNFIT | NO_CHAIN)
    plain = issue("No basic constraints", ca=None, bits=("key_cert_sign", "crl_sign"), purposes=())
    yield Case("by one without basicConstraints", base.reseal(issue("Under it", issuer=plain)), UNFIT | NO_CHAIN)
    unfit = issue("CA without keyCertSign", ca=True, bits=("digital_signature",))
    yield Case("by an authority without keyCertSign", base.reseal(issue("Under it", issuer=unfit)), UNFIT | NO_CHAIN)
    yield Case("by the time-stamp unit", base.reseal(issue("Under it", issuer=base.pki.stamp)), UNFIT | NO_CHAIN)


@attack(19, "seal-last")
def wrong_usage(base):
    """keyUsage or extendedKeyUsage does not allow signing documents."""
    issue = base.pki.issue
    for bits in (("key_encipherment",), ("key_agreement",), ("crl_sign",), ("key_cert_sign",)):
        yield Case(bits[0], base.reseal(issue("Unfit", bits=bits)), UNFIT)
    for name, purposes in {"server": (SERVER,), "time-stamp": (STAMP,), "OCSP": (OCSP,), "code": (CODE,), "unknown": (x509.ObjectIdentifier("1.2.3.4"),)}.items():
        yield Case(name, base.reseal(issue("Unfit", purposes=purposes)), UNFIT)
    yield Case("the time-stamp unit seals", base.reseal(base.pki.stamp), UNFIT)
    yield Case("an authority seals", base.reseal(base.pki.authority), UNFIT)
    yield Case("server and document", base.reseal(issue("Both", purposes=(SERVER, DOCUMENT))), accepted())


@attack(19, "seal-last")
def constraints(base):
    """Path length, name constraints, critical extensions that nobody knows."""
    pki, issue = base.pki, base.pki.issue
    short = issue("Path length 0", issuer=pki.root, ca=True, path_length=0)
    below = issue("Below", issuer=short, ca=True)
    yield Case("path too long", base.reseal(issue("Too deep", issuer=below)), UNFIT)
    named = issue("Names", issuer=pki.root, ca=True, more=[(x509.NameConstraints([x509.DirectoryName(x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "XX")]))], None), True)])
    yield Case("name not permitted", base.reseal(issue("Not of XX", issuer=named)), UNFIT)
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6"), b"\x05\x00")
    yield Case("critical extension", base.reseal(issue("Critical", more=[(unknown, True)])), UNFIT)
    yield Case("extension that is not critical", base.reseal(issue("Not critical", more=[(unknown, False)])), accepted())
    critical = issue("Critical CA", issuer=pki.root, ca=True, more=[(unknown, True)])
    yield Case("critical extension above", base.reseal(issue("Under it", issuer=critical)), UNFIT)
    deep = pki.root
    for depth in range(12):
        deep = issue(f"Level {depth}", issuer=deep, ca=True)
    yield Case("twelve authorities", base.reseal(issue("Deep", issuer=deep), room=12_000), UNFIT | NO_CHAIN | accepted(why="long, but every link holds"))


@attack(19, "seal-last")
def strangers(base):
    """The path leads nowhere, to a stranger, or to itself."""
    pki, issue = base.pki, base.pki.issue
    stranger = pki.stranger()
    yield Case("a stranger's", base.reseal(issue("Stranger", issuer=stranger)), NO_CHAIN)
    authority = x509.load_der_x509_certificate(pki.authority.certificate)
    namesake = issue("x", issuer=stranger, ca=True, key=pki.key("p256", "namesake"), subject=authority.subject)
    yield Case("under a namesake of the authority", base.reseal(issue("Under it", issuer=namesake)), NO_CHAIN)
    forged = Signer(pki.key("p256", "forger"), pki.authority.certificate, pki.authority.others)
    yield Case("forged signature of the authority", base.reseal(issue("Forged", issuer=forged)), NO_CHAIN | BROKEN)
    self_signed = stranger
    yield Case("signed by itself", base.reseal(self_signed), NO_CHAIN | UNFIT)
    one, two = pki.key("p256", "one"), pki.key("p256", "two")
    first_name, second_name = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("Circle 1", "Circle 2"))

    def circle(subject, issuer, key, by):
        builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), NOW - datetime.timedelta(1), NOW + datetime.timedelta(9))
        return builder.add_extension(x509.BasicConstraints(True, None), True).sign(by, hashes.SHA256()).public_bytes(Encoding.DER)

    first, second = circle(first_name, second_name, one, two), circle(second_name, first_name, two, one)
    leaf = issue("In a circle", issuer=Signer(one, first, [second]))
    leaf.others = [first, second]
    yield Case("circle", base.reseal(leaf), NO_CHAIN)
    many = [circle(first_name, first_name, pki.key("p256", f"many{n}"), pki.key("p256", f"many{n}")) for n in range(24)]
    lost = issue("Many ways", issuer=Signer(pki.key("p256", "lost"), many[0]))
    lost.others = many
    yield Case("many ways that all fail", base.reseal(lost, room=24_000), NO_CHAIN | BROKEN)


@attack(19, "seal-last")
def revoked(base):
    """The signer's certificate, or the authority's, was revoked before the seal; the list is in the file."""
    pki = base.pki
    before = NOW - datetime.timedelta(hours=12)
    answer = undecided("REVOKED_NO_POE", "REVOKED_CA_NO_POE") | invalid("REVOKED", "CERTIFICATE_REVOKED", "SIGNER_REVOKED", "REVOKED_CA_NO_POE")
    signer = pki.issue("Revoked")
    data = base.reseal(signer)
    reason = x509.ReasonFlags
    for why in (None, reason.key_compromise, reason.cessation_of_operation, reason.certificate_hold):
        lists = [pki.revocation_list([(signer.certificate, before, why)]), pki.revocation_list(issuer=pki.root)]
        yield Case(f"by list, {why.name if why else 'no reason'}", with_store(data, [pki.authority.certificate], lists), answer)
    said = pki.ocsp_answer(signer.certificate, status=ocsp.OCSPCertStatus.REVOKED, revoked=before, reason=reason.key_compromise)
    yield Case("by OCSP", with_store(data, [pki.authority.certificate], [pki.revocation_list(issuer=pki.root)], [said]), answer)
    lists = [pki.revocation_list(), pki.revocation_list([(pki.authority.certificate, before, None)], issuer=pki.root)]
    yield Case("the authority", with_store(data, [pki.authority.certificate], lists), answer)
