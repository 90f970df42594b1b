"""Class 20, forged revocation: answers and lists in the file that are not evidence, because the wrong one signed them, or about something else."""

import datetime

from cryptography import x509
from cryptography.x509 import ocsp

from . import _pdf
from ._case import FORMAT, Case, accepted, attack, invalid, undecided
from ._pdf import stream
from ._pki import DAY, NOW, OCSP
from ._store import with_store

# It helps nobody: the seal is judged as without it, and where revocation must be known, it is not.
NOT_EVIDENCE = accepted("REVOCATION_NOT_CHECKED", why="not evidence: judged as if it were not there")
UNKNOWN = undecided("TRY_LATER", "REVOCATION_OUT_OF_BOUNDS_NO_POE", "CERTIFICATE_CHAIN_GENERAL_FAILURE")
UNREADABLE_DATA = undecided("SIG_CONSTRAINTS_FAILURE", why="a licence carries no validation data that cannot be read")
REQUIRED = ("--revocation", "require")
NO_CHECK = (x509.OCSPNoCheck(), False)


def cases(base, signer, variants):
    """Each variant (lists, answers, certificates) judged softly and with revocation required."""
    pki = base.pki
    sealed = base.reseal(signer)
    above = pki.revocation_list(issuer=pki.root)
    for name, (lists, answers, certificates) in variants.items():
        data = with_store(sealed, [pki.authority.certificate, *certificates], [above, *lists], answers)
        yield Case(name, data, NOT_EVIDENCE | UNREADABLE_DATA if base.is_licence else NOT_EVIDENCE, most="B-B")
        yield Case(f"{name}, required", data, UNKNOWN | UNREADABLE_DATA, REQUIRED)


@attack(20, "seal-last")
def control(base):
    """The right answers are evidence."""
    pki = base.pki
    sealed, above = base.reseal(), pki.revocation_list(issuer=pki.root)
    responder = pki.issue("Responder", purposes=(OCSP,), bits=("digital_signature",), more=[NO_CHECK])
    for name, (lists, answers) in {
        "list": ([pki.revocation_list()], []),
        "answer by the authority": ([], [pki.ocsp_answer(pki.seal.certificate)]),
        "answer by its responder": ([], [pki.ocsp_answer(pki.seal.certificate, signer=responder)]),
    }.items():
        yield Case(name, with_store(sealed, [pki.authority.certificate], [above, *lists], answers), accepted(), REQUIRED)


@attack(20, "seal-last")
def answer_by_the_wrong_one(base):
    """An OCSP answer signed by the certificate itself, by a stranger, or by one who may not."""
    pki = base.pki
    seal = pki.seal
    stranger = pki.stranger()
    plain = pki.issue("No responder")
    of_root = pki.issue("Responder of the root", issuer=pki.root, purposes=(OCSP,), bits=("digital_signature",), more=[NO_CHECK])
    of_stranger = pki.issue("Responder", issuer=stranger, purposes=(OCSP,), bits=("digital_signature",), more=[NO_CHECK])
    old = pki.issue("Old responder", purposes=(OCSP,), bits=("digital_signature",), more=[NO_CHECK], start=-50, days=20)
    unfit = pki.issue("No signer", purposes=(OCSP,), bits=("key_encipherment",), more=[NO_CHECK])
    answer = lambda by, **more: pki.ocsp_answer(seal.certificate, signer=by, **more)
    yield from cases(base, seal, {
        "itself": ([], [answer(seal)], []),
        "itself, by name": ([], [answer(seal, by_key=False)], []),
        "a stranger": ([], [answer(stranger)], [stranger.certificate]),
        "a stranger's responder": ([], [answer(of_stranger)], [of_stranger.certificate, stranger.certificate]),
        "a certificate without the purpose": ([], [answer(plain)], [plain.certificate]),
        "the root's responder": ([], [answer(of_root)], [of_root.certificate]),
        "an expired responder": ([], [answer(old)], [old.certificate]),
        "a responder that may not sign": ([], [answer(unfit)], [unfit.certificate]),
        "the time-stamp unit": ([], [answer(pki.stamp)], [pki.stamp.certificate]),
    })


@attack(20, "seal-last")
def circles_of_trust(base):
    """Responders that vouch for themselves or for each other."""
    pki = base.pki
    seal = pki.seal
    make = lambda name: pki.issue(name, key=pki.key("p256", name), purposes=(OCSP,), bits=("digital_signature",))
    one, two = make("Responder 1"), make("Responder 2")
    about_seal = pki.ocsp_answer(seal.certificate, signer=one)
    by = lambda about, signer: pki.ocsp_answer(about.certificate, signer=signer)
    chain = [make(f"Responder {n}") for n in range(3, 40)]
    links = [by(about, signer) for about, signer in zip([one, *chain], chain)]
    answer = NOT_EVIDENCE | accepted(why="a responder of the authority whose own state nobody asks about")
    sealed = base.reseal()
    above = pki.revocation_list(issuer=pki.root)
    for name, answers in {"for itself": [about_seal, by(one, one)], "for each other": [about_seal, by(one, two), by(two, one)], "a long chain": [about_seal, *links], "a long circle": [about_seal, *links, by(chain[-1], one)]}.items():
        data = with_store(sealed, [pki.authority.certificate, one.certificate, two.certificate], [above], answers)
        yield Case(name, data, answer)
        yield Case(f"{name}, required", data, UNKNOWN | UNREADABLE_DATA, REQUIRED)


@attack(20, "seal-last")
def answer_about_something_else(base):
    """An answer about another certificate, of another time, or that says nothing."""
    pki = base.pki
    seal = pki.seal
    other = pki.issue("Other")
    genuine = x509.load_der_x509_certificate(seal.certificate)
    stranger = pki.stranger()
    twin = pki.issue("Twin", issuer=stranger, serial=genuine.serial_number)
    right = pki.ocsp_answer(seal.certificate, embedded=[])
    broken = right[:-20] + bytes([right[-20] ^ 1]) + right[-19:]
    unknown = pki.ocsp_answer(seal.certificate, status=ocsp.OCSPCertStatus.UNKNOWN)
    error = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    from ._pki import der

    yield from cases(base, seal, {
        "another certificate": ([], [pki.ocsp_answer(other.certificate)], []),
        "the same number of another issuer": ([], [pki.ocsp_answer(twin.certificate, issuer=stranger, signer=pki.authority)], []),
        "broken signature": ([], [broken], []),
        "unknown": ([], [unknown], []),
        "stale": ([], [pki.ocsp_answer(seal.certificate, at=NOW - 90 * DAY, next_update=1)], []),
        "of the future": ([], [pki.ocsp_answer(seal.certificate, at=NOW + 90 * DAY)], []),
        "try later": ([], [der(error)], []),
        "garbage": ([], [b"\x30\x03\x0a\x01\x00", b"", b"garbage"], []),
    })


@attack(20, "seal-last")
def list_that_is_none(base):
    """A list by the wrong one, of another time, of another kind."""
    pki = base.pki
    seal = pki.seal
    stranger = pki.stranger()
    point = lambda **more: x509.IssuingDistributionPoint(**({"full_name": None, "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False, "only_some_reasons": None, "indirect_crl": False, "only_contains_attribute_certs": False} | more))
    right = pki.revocation_list()
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    yield from cases(base, seal, {
        "a stranger in the authority's name": ([pki.revocation_list(signed_by=stranger)], [], [stranger.certificate]),
        "the seal in the authority's name": ([pki.revocation_list(signed_by=seal)], [], []),
        "the seal in its own name": ([pki.revocation_list(issuer=seal)], [], []),
        "another authority": ([pki.revocation_list(issuer=stranger)], [], [stranger.certificate]),
        "stale": ([pki.revocation_list(at=NOW - 90 * DAY, next_update=1)], [], []),
        "of the future": ([pki.revocation_list(at=NOW + 90 * DAY)], [], []),
        "critical extension": ([pki.revocation_list(more=[(unknown, True)])], [], []),
        "only authorities": ([pki.revocation_list(more=[(point(only_contains_ca_certs=True), True)])], [], []),
        "only attribute certificates": ([pki.revocation_list(more=[(point(only_contains_attribute_certs=True), True)])], [], []),
        "indirect": ([pki.revocation_list(more=[(point(indirect_crl=True), True)])], [], []),
        "some reasons": ([pki.revocation_list(more=[(point(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])), True)])], [], []),
        "delta": ([pki.revocation_list(more=[(x509.DeltaCRLIndicator(1), True)])], [], []),
        "broken signature": ([right[:-20] + bytes([right[-20] ^ 1]) + right[-19:]], [], []),
        "garbage": ([b"", b"garbage", b"\x30\x00"], [], []),
    })


@attack(20, "seal-last")
def good_beside_revoked(base):
    """The true list says revoked; forged answers say good."""
    pki = base.pki
    before = NOW - datetime.timedelta(hours=12)
    signer = pki.issue("Revoked")
    sealed = base.reseal(signer)
    lists = [pki.revocation_list([(signer.certificate, before, x509.ReasonFlags.key_compromise)]), pki.revocation_list(issuer=pki.root)]
    answer = undecided("REVOKED_NO_POE") | invalid("REVOKED", "CERTIFICATE_REVOKED", "SIGNER_REVOKED", "SEAL_REVOKED")
    for name, good in {
        "by itself": pki.ocsp_answer(signer.certificate, signer=signer),
        "by a stranger": pki.ocsp_answer(signer.certificate, signer=pki.stranger()),
        "true, but of before": pki.ocsp_answer(signer.certificate, at=NOW - DAY, next_update=60),
    }.items():
        yield Case(name, with_store(sealed, [pki.authority.certificate], lists, [good]), answer)
        yield Case(f"{name}, listed first", with_store(sealed, [], lists[::-1], [good, good]), answer)


@attack(20, "seal-last")
def store(base):
    """The store itself is a trap: bombs, circles, wrong types."""
    from .bombs import bomb, flate, stacked

    pki = base.pki
    sealed = base.reseal()
    pdf = _pdf.Pdf(sealed)
    new = pdf.size
    no_store = FORMAT | invalid("MODIFIED_AFTER_SIGNING") | undecided("SIG_CONSTRAINTS_FAILURE")
    answer = NOT_EVIDENCE | no_store
    certificate = pki.authority.certificate
    yield Case("bomb", with_store(sealed, [certificate], streams=lambda value: flate(bomb())), answer, most="B-B")
    yield Case("stacked", with_store(sealed, [certificate], streams=lambda value: stacked()), answer, most="B-B")
    yield Case("5000 lists", with_store(sealed, [], [pki.revocation_list()] * 5000, related=False), answer | accepted(), most="B-B")
    yield Case("5000 certificates", with_store(sealed, [pki.stranger(f"Root {n % 9}").certificate for n in range(5000)], related=False), answer, most="B-B")

    def update(text, **objects):
        return _pdf.append(sealed, {pdf.root: _pdf.in_dict(pdf.catalog, b"/DSS " + text)} | {int(n[1:]): b for n, b in objects.items()})

    other = {f"n{new}": stream(b"x")}
    yield Case("a number", update(b"7"), answer)
    yield Case("a stream", update(b"%d 0 R" % new, **other), answer)
    yield Case("circle", update(b"%d 0 R" % new, **{f"n{new}": b"<</Certs %d 0 R/VRI %d 0 R>>" % (new, new)}), no_store)
    yield Case("entry is itself", update(b"%d 0 R" % new, **{f"n{new}": b"<</Certs[%d 0 R]>>" % new}), no_store)
    yield Case("entry is the page", update(b"<</Certs[%d 0 R]/CRLs[%d 0 R]>>" % (pdf.page, pdf.root)), no_store)
    yield Case("entry is a string", update(b"<</Certs[(x)]/OCSPs[null]>>"), answer)
    yield Case("dangling", update(b"<</Certs[999999 0 R]>>"), no_store)
    yield Case("other keys", update(b"<</Type/DSS/Page %d 0 R>>" % pdf.page), answer)
    yield Case("of nobody's signature", with_store(sealed, [certificate], related=b"/VRI<</%s<</Cert[]>>>>" % (b"A" * 40)), answer)
    yield Case("content smuggled", with_store(sealed, [certificate], more=b"/Contents %d 0 R" % pdf.page), answer)
    yield Case("file smuggled", with_store(sealed, [b"MZ" + bytes(500)]), answer)
