"""Class 21, time-stamp games: tokens with another imprint, date, signer or place; document time-stamps that are none."""

import re

from . import _pdf
from ._case import FORMAT, MODIFIED, Case, accepted, attack, invalid, undecided
from ._cms import ID_DATA, TIME_STAMP_TOKEN, attribute, digest, generalized, hash_id, integer, oid, seq, signed_data, stamp_attribute, tlv, token
from ._pki import DAY, NOW, SERVER, STAMP
from ._store import with_document_stamp, with_store

# A token that does not hold is no proof of time; the seal is then not B-T and its time is not proven.
NO_PROOF = undecided(
    "TIMESTAMP_FAILURE", "TIMESTAMP_ORDER_FAILURE", "TIMESTAMP_NOT_TRUSTED", "SIG_CONSTRAINTS_FAILURE", "NO_POE", "CRYPTO_CONSTRAINTS_FAILURE"
) | invalid("FORMAT_FAILURE", "NOT_YET_VALID", "TIMESTAMP_FAILURE")
# A hash that is too weak proves nothing, and harms nothing.
WEAK = accepted("TIMESTAMP_NOT_PROVEN", why="the time is not proven, the seal holds without it") | NO_PROOF


def stamped(base, make, signer=None):
    """Sealed anew, with the token that `make(signature value)` gives."""
    return base.reseal(signer, unsigned=lambda value: stamp_attribute(make(value)), room=12_000)


def old_unit(base):
    """A time-stamp unit of the same authority that is older than the demo."""
    return base.pki.issue("Old unit", key=base.pki.key("p256", "unit"), purposes=(STAMP,), critical_purposes=True, bits=("digital_signature",), start=-100)


@attack(21, "seal-last single")
def control(base):
    """A right token, a right document time-stamp."""
    yield Case("token", stamped(base, lambda v: token(v, base.pki.stamp, NOW)), accepted())
    yield Case("document time-stamp", with_document_stamp(base.reseal(), base.pki.stamp), accepted())
    yield Case("both", with_document_stamp(stamped(base, lambda v: token(v, base.pki.stamp, NOW)), base.pki.stamp), accepted())
    old, seal = old_unit(base), base.pki.issue("Old seal", start=-90)
    yield Case("of last month", with_document_stamp(stamped(base, lambda v: token(v, old, NOW - 30 * DAY), seal), old, NOW - 29 * DAY), accepted())


@attack(21, "seal-last single")
def imprint(base):
    """The token is over something else."""
    stamp = base.pki.stamp
    yield Case("zeros", stamped(base, lambda v: token(v, stamp, NOW, imprint=bytes(32))), NO_PROOF)
    yield Case("another signature", stamped(base, lambda v: token(b"another signature", stamp, NOW)), NO_PROOF)
    yield Case("the document", stamped(base, lambda v: token(base.data, stamp, NOW)), NO_PROOF)
    yield Case("cut", stamped(base, lambda v: token(v, stamp, NOW, imprint=digest("sha256", v)[:16])), NO_PROOF)
    yield Case("empty", stamped(base, lambda v: token(v, stamp, NOW, imprint=b"")), NO_PROOF)
    yield Case("another hash named", stamped(base, lambda v: token(v, stamp, NOW, imprint_hash="sha512")), NO_PROOF)
    yield Case("SHA-1", stamped(base, lambda v: token(v, stamp, NOW, imprint=digest("sha1", v), imprint_hash="sha1")), WEAK, most="B-B")
    yield Case("MD5", stamped(base, lambda v: token(v, stamp, NOW, imprint=digest("md5", v), imprint_hash="md5")), WEAK, most="B-B")
    yield Case("the value doubled", stamped(base, lambda v: token(v + v, stamp, NOW)), NO_PROOF)


@attack(21, "seal-last single")
def forged_date(base):
    """A date that the authority never gave."""
    pki = base.pki
    stranger = pki.stranger()
    theirs = pki.issue("Stamp of a stranger", issuer=stranger, purposes=(STAMP,), critical_purposes=True, bits=("digital_signature",))
    theirs.others = [stranger.certificate]
    yield Case("by a stranger", stamped(base, lambda v: token(v, theirs, NOW - 9 * DAY)), NO_PROOF)
    yield Case("changed in the token", stamped(base, lambda v: later(token(v, pki.stamp, NOW))), NO_PROOF)
    yield Case("by the seal itself", stamped(base, lambda v: token(v, pki.seal, NOW - 9 * DAY)), NO_PROOF)
    yield Case("of the future", stamped(base, lambda v: token(v, pki.stamp, NOW + 400 * DAY)), NO_PROOF)
    yield Case("before the seal's certificate", stamped(base, lambda v: token(v, old_unit(base), NOW - 30 * DAY), pki.issue("Young seal", start=-2)), NO_PROOF)
    expired = pki.issue("Expired seal", start=-800, days=365)
    beyond = NO_PROOF | undecided("OUT_OF_BOUNDS_NO_POE", "OUT_OF_BOUNDS_NOT_REVOKED") | invalid("EXPIRED")
    yield Case("after the seal's certificate", stamped(base, lambda v: token(v, pki.stamp, NOW), expired), beyond)
    yield Case("expired seal rescued by a stranger", stamped(base, lambda v: token(v, theirs, NOW - 600 * DAY), expired), beyond)
    for name, date in {"no date": b"", "text": b"yesterday", "30 February": b"20260230000000Z", "year 0": b"00000101000000Z", "zone": b"20261122000000+0800", "month 13": b"20261322000000Z", "second 61": b"20261122000061Z"}.items():
        info = lambda v, d=date: seq(integer(1), oid("1.2.3.4.1"), seq(hash_id("sha256", True), tlv(0x04, digest("sha256", v))), integer(1), tlv(0x18, d))
        yield Case(name, stamped(base, lambda v: token(v, pki.stamp, NOW, info=info(v))), NO_PROOF)


def later(stamp):
    """The token with another year in it."""
    match = re.search(rb"\x18\x0f(\d{4})", stamp)
    return stamp[: match.start(1)] + b"2019" + stamp[match.end(1) :]


@attack(21, "seal-last single")
def unfit_unit(base):
    """The certificate of the time-stamp unit is not fit."""
    pki = base.pki
    make = lambda name, **more: pki.issue(name, **({"purposes": (STAMP,), "critical_purposes": True, "bits": ("digital_signature",)} | more))
    fit = make("Fit")
    yield Case("fit (control)", stamped(base, lambda v: token(v, fit, NOW)), accepted())
    for name, unit in {
        "purpose not critical": make("Not critical", critical_purposes=False),
        "two purposes": make("Two", purposes=(STAMP, SERVER)),
        "no purpose": make("None", purposes=()),
        "other purpose": make("Server", purposes=(SERVER,)),
        "wrong usage": make("Usage", bits=("key_encipherment",)),
        "expired": make("Expired", start=-800, days=300),
        "not yet valid": make("Tomorrow", start=3),
        "authority": pki.authority,
    }.items():
        yield Case(name, stamped(base, lambda v, u=unit: token(v, u, NOW)), NO_PROOF)


@attack(21, "seal-last single")
def shape(base):
    """What stands in the attribute is no token, or not one."""
    pki = base.pki
    right = lambda v, **more: token(v, pki.stamp, NOW, **more)
    yield Case("signed data over data", stamped(base, lambda v: right(v, content_type=ID_DATA)), NO_PROOF)
    yield Case("no certificates", stamped(base, lambda v: right(v, shape={"certificates": lambda c: []})), NO_PROOF)
    yield Case("no binding", stamped(base, lambda v: right(v, shape={"binding": None})), NO_PROOF)
    yield Case("no attributes", stamped(base, lambda v: right(v, shape={"attributes": lambda a: None})), NO_PROOF)
    yield Case("two signers", stamped(base, lambda v: right(v, shape={"signer_infos": lambda i: [i, i]})), NO_PROOF)
    yield Case("value broken", stamped(base, lambda v: right(v, shape={"value": lambda x: x[:-1] + bytes([x[-1] ^ 1])})), NO_PROOF)
    yield Case("digest of other info", stamped(base, lambda v: right(v, shape={"message_digest": bytes(32)})), NO_PROOF)
    yield Case("detached", stamped(base, lambda v: right(v, shape={"content": None})), NO_PROOF)
    yield Case("version 2", stamped(base, lambda v: token(v, pki.stamp, NOW, info=seq(integer(2), oid("1.2.3.4.1"), seq(hash_id("sha256", True), tlv(0x04, digest("sha256", v))), integer(1), generalized(NOW)))), NO_PROOF)
    yield Case("response instead of a token", stamped(base, lambda v: seq(seq(integer(0)), right(v))), NO_PROOF)
    yield Case("integer", stamped(base, lambda v: integer(5)), NO_PROOF)
    yield Case("cut", stamped(base, lambda v: right(v)[:-9]), NO_PROOF)
    several = lambda v: attribute(TIME_STAMP_TOKEN, right(v), right(b"x"))
    yield Case("two tokens, one wrong", base.reseal(unsigned=several, room=14_000), NO_PROOF)
    yield Case("no token", base.reseal(unsigned=lambda v: attribute(TIME_STAMP_TOKEN)), NO_PROOF)
    yield Case("attribute twice", base.reseal(unsigned=lambda v: stamp_attribute(right(v)) + stamp_attribute(right(b"x")), room=14_000), NO_PROOF)
    yield Case("a seal's CMS", stamped(base, lambda v: signed_data(v, pki.seal)), NO_PROOF)


@attack(21, "licence seal-last")
def smuggled_in_a_token(base):
    """Bytes that nobody signs ride in the token of a licence: certificates that are none, too many, or changed; lists; attributes."""
    pki = base.pki
    answer = undecided("SIG_CONSTRAINTS_FAILURE", "TIMESTAMP_FAILURE") | FORMAT
    changed = pki.authority.certificate[:-1] + bytes([pki.authority.certificate[-1] ^ 1])
    shapes = {
        "changed certificate": {"certificates": lambda c: [c[0], changed]},
        "a stranger's certificate": {"certificates": lambda c: [*c, pki.stranger().certificate]},
        "no certificate": {"certificates": lambda c: [*c, seq(tlv(0x04, b"MZ" * 200))]},
        "the same twice": {"certificates": lambda c: [*c, c[-1]]},
        "list": {"crls": pki.revocation_list(signed_by=pki.stranger())},
        "unsigned attribute": {"unsigned": lambda v: attribute("1.2.3.4", tlv(0x04, b"MZ" * 200))},
    }
    for name, shape in shapes.items():
        make = lambda v, s=shape: token(v, pki.stamp, NOW, shape=s)
        yield Case(name, stamped(base, make), answer)
        yield Case(f"{name}, document time-stamp", with_document_stamp(base.reseal(), pki.stamp, make=make), answer)


DOCUMENT = NO_PROOF | MODIFIED | invalid("UNREACHABLE_SIGNATURE")


@attack(21)
def document_stamp(base):
    """A document time-stamp with another imprint, type, signer, look or range."""
    pki = base.pki
    data, stamp = base.data, pki.stamp
    name = b"Attack1"
    add = lambda **more: with_document_stamp(data, stamp, name=name, **more)
    yield Case("imprint of something else", add(make=lambda covered: token(b"x", stamp, NOW)), DOCUMENT)
    yield Case("imprint of the first part", add(make=lambda covered: token(covered[:1000], stamp, NOW)), DOCUMENT)
    yield Case("a seal's CMS", add(make=lambda covered: signed_data(covered, pki.seal)), DOCUMENT)
    yield Case("typed as signature", add(kind=b"Sig"), DOCUMENT)
    yield Case("signature typed as time-stamp", add(filter=b"ETSI.CAdES.detached", make=lambda covered: signed_data(covered, pki.seal)), DOCUMENT)
    yield Case("garbage", add(make=lambda covered: b"garbage"), DOCUMENT)
    yield Case("nothing", add(make=lambda covered: b""), DOCUMENT)
    yield Case("visible", add(rectangle=b"[0 0 900 900]"), DOCUMENT)
    yield Case("with an action", add(widget=b"/A<</S/URI/URI(http://x)>>"), DOCUMENT)
    stranger = pki.stranger()
    theirs = pki.issue("Stamp of a stranger", issuer=stranger, purposes=(STAMP,), critical_purposes=True, bits=("digital_signature",))
    yield Case("by a stranger", with_document_stamp(data, theirs, name=name), DOCUMENT)
    yield Case("trailing bytes", trailing(add()), DOCUMENT)
    whole = add()
    seal = _pdf.seals(whole)[-1]
    numbers = seal.numbers(whole)
    yield Case("range cut", _pdf.with_range(whole, [0, numbers[1], numbers[2], numbers[3] - 9], seal), DOCUMENT)
    yield Case("range of the sealed revision", _pdf.with_range(whole, base.seal.numbers(data), seal), DOCUMENT)


def trailing(data):
    """A digit behind the token."""
    return _pdf.put(data, _pdf.seals(data)[-1].gap_end - 2, b"1")


@attack(21, "seal-last single")
def order(base):
    """Time-stamps that go backwards, or prove less than they seem to."""
    pki = base.pki
    unit, seal = old_unit(base), pki.issue("Old seal", start=-90)
    answer = undecided("TIMESTAMP_ORDER_FAILURE") | FORMAT
    late = stamped(base, lambda v: token(v, unit, NOW), seal)
    yield Case("document time-stamp before the token", with_document_stamp(late, unit, NOW - 3 * DAY), answer)
    first = with_document_stamp(base.reseal(seal), unit, NOW)
    yield Case("second before the first", with_document_stamp(first, unit, NOW - 3 * DAY, name=b"Stamp2"), answer)
    young = base.reseal(pki.issue("Young seal", start=-2))
    yield Case("before the seal's certificate", with_document_stamp(young, unit, NOW - 3 * DAY), NO_PROOF)
    lists = [pki.revocation_list(), pki.revocation_list(issuer=pki.root)]
    stamped_only = with_document_stamp(stamped(base, lambda v: token(v, pki.stamp, NOW)), pki.stamp)
    full = [pki.authority.certificate, pki.stamp.certificate]
    yield Case("store after the archive time-stamp", with_store(stamped_only, full, lists), accepted(why="no forgery, but the time-stamp does not cover the store: B-LT at most"), most="B-LT")


@attack(21)
def after_the_archive(base):
    """Content is changed and then time-stamped, so that the newest range covers it."""
    from .incremental_saving import other_content

    changed = base.update(other_content(base.pdf))
    yield Case("changed, then stamped", with_document_stamp(changed, base.pki.stamp, name=b"Attack1"), MODIFIED)
    stamped_first = with_document_stamp(base.data, base.pki.stamp, name=b"Attack1")
    pdf = _pdf.Pdf(stamped_first)
    yield Case("stamped, then changed", _pdf.append(stamped_first, other_content(pdf)), MODIFIED)
    yield Case("stamp removed again", _pdf.append(stamped_first, {pdf.root: base.pdf.catalog}), MODIFIED | FORMAT | invalid("UNREACHABLE_SIGNATURE") | accepted(why="where the form stands outside of the catalog nothing changes"))


@attack(21, "longterm")
def store_replaced(base):
    """The store of a long-term document is emptied, replaced, or robbed of an entry."""
    pdf = base.pdf
    number = int(re.search(rb"/DSS\s+(\d+) 0 R", pdf.catalog)[1])
    body = pdf.body(number)
    answer = accepted(why="the seal and its time hold without the store; the level falls") | NO_PROOF | MODIFIED | undecided("TRY_LATER")
    yield Case("emptied", base.update({number: b"<</Type/DSS>>"}), answer, most="B-T")
    yield Case("removed", base.update({pdf.root: re.sub(rb"/DSS\s+\d+ 0 R", b"", pdf.catalog)}), answer, most="B-T")
    for kind in (b"CRLs", b"Certs", b"OCSPs"):
        if b"/" + kind in body:
            changed = re.sub(rb"/%s\s*\[[^\]]*\]|/%s \d+ 0 R" % (kind, kind), b"", body)
            yield Case(f"without {kind.decode()}", base.update({number: changed}), answer)
    for entry in sorted({int(n) for n in re.findall(rb"(\d+) 0 R", body)})[:6]:
        yield Case(f"object {entry} emptied", base.update({entry: _pdf.stream(b"")}), answer | FORMAT)
    yield Case("content in it", base.update({number: _pdf.in_dict(body, b"/Kids[%d 0 R]" % pdf.page)}), MODIFIED)
