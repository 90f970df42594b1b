"""Class 17, attribute games: signed attributes are absent, double, or say something else."""

from ._case import FORMAT, HASH, Case, accepted, attack, invalid, undecided
from ._cms import ALGORITHM_PROTECTION, CONTENT_TYPE, ECDSA_OIDS, ID_DATA, ID_SIGNED_DATA, ID_TST_INFO, MESSAGE_DIGEST, SIGNING_TIME, attribute, digest, hash_id, oid, seq, tlv


@attack(17, "seal-last")
def none(base):
    """No signed attributes: the value is over the bytes themselves."""
    yield Case("value over the document", base.reseal(attributes=lambda a: None), FORMAT)
    yield Case("value over the digest", base.reseal(attributes=lambda a: None, signed_bytes=lambda c: digest("sha256", c)), FORMAT)
    yield Case("empty set", base.reseal(attributes=lambda a: []), FORMAT)


@attack(17, "seal-last")
def missing(base):
    """One of the attributes that must be there is not."""
    yield Case("content-type", base.reseal(attributes=lambda a: a[1:]), FORMAT)
    yield Case("message-digest", base.reseal(attributes=lambda a: [a[0], *a[2:]]), FORMAT)
    yield Case("both", base.reseal(attributes=lambda a: a[2:]), FORMAT)


@attack(17, "seal-last")
def double(base):
    """An attribute twice, or with two values."""
    other = attribute(MESSAGE_DIGEST, tlv(0x04, bytes(32)))
    yield Case("message-digest, the same", base.reseal(attributes=lambda a: [*a, a[1]]), FORMAT)
    yield Case("message-digest, another", base.reseal(attributes=lambda a: [*a, other]), FORMAT)
    yield Case("message-digest, another first", base.reseal(attributes=lambda a: [other, *a], sorted=False), FORMAT)
    yield Case("content-type", base.reseal(attributes=lambda a: [*a, a[0]]), FORMAT)
    yield Case("signing-certificate", base.reseal(attributes=lambda a: [*a, a[2]]), FORMAT)
    yield Case("two values of message-digest", base.reseal(attributes=lambda a: [a[0], attribute(MESSAGE_DIGEST, a[1][-34:], tlv(0x04, bytes(32))), a[2]]), FORMAT)
    yield Case("no value of message-digest", base.reseal(attributes=lambda a: [a[0], attribute(MESSAGE_DIGEST), a[2]]), FORMAT)
    yield Case("two values of content-type", base.reseal(attributes=lambda a: [attribute(CONTENT_TYPE, oid(ID_DATA), oid(ID_SIGNED_DATA)), *a[1:]]), FORMAT)


@attack(17, "seal-last")
def wrong(base):
    """Attributes that say something else."""
    for name, other in {"signed data": ID_SIGNED_DATA, "time-stamp": ID_TST_INFO}.items():
        yield Case(f"content-type {name}", base.reseal(attributes=lambda a, o=other: [attribute(CONTENT_TYPE, oid(o)), *a[1:]]), FORMAT)
    yield Case("content-type is text", base.reseal(attributes=lambda a: [attribute(CONTENT_TYPE, tlv(0x0C, b"data")), *a[1:]]), FORMAT)
    yield Case("message-digest is text", base.reseal(attributes=lambda a: [a[0], attribute(MESSAGE_DIGEST, tlv(0x0C, b"x" * 32)), a[2]]), FORMAT)
    yield Case("message-digest of other bytes", base.reseal(message_digest=digest("sha256", b"other")), HASH)
    yield Case("cut digest", base.reseal(message_digest=bytes(31)), HASH | FORMAT)


@attack(17, "seal-last")
def encoding(base):
    """The set is not DER as it was signed."""
    yield Case("order reversed, signed so", base.reseal(attributes=lambda a: sorted(a, reverse=True), sorted=False), FORMAT)
    yield Case("signed with the tag of the context", base.reseal(signed_bytes=lambda s: b"\xa0" + s[1:]), invalid("SIG_CRYPTO_FAILURE"))
    yield Case("signed as a sequence", base.reseal(signed_bytes=lambda s: b"\x30" + s[1:]), invalid("SIG_CRYPTO_FAILURE"))
    yield Case("signed in another order", base.reseal(signed_bytes=lambda s: s[:2] + s[2:][::-1]), invalid("SIG_CRYPTO_FAILURE"))


@attack(17, "seal-last")
def protection(base):
    """CMSAlgorithmProtection contradicts the SignerInfo."""

    def protect(hash_name, signature, null=False):
        value = seq(hash_id(hash_name, null), tlv(0xA1, oid(ECDSA_OIDS[signature])))
        return lambda a: [*a, attribute(ALGORITHM_PROTECTION, value)]

    yield Case("right", base.reseal(attributes=protect("sha256", "sha256")), accepted())
    yield Case("digest", base.reseal(attributes=protect("sha512", "sha256")), FORMAT)
    yield Case("signature", base.reseal(attributes=protect("sha256", "sha512")), FORMAT)
    mac = attribute(ALGORITHM_PROTECTION, seq(hash_id("sha256"), tlv(0xA2, oid("1.2.840.113549.2.9"))))
    yield Case("MAC", base.reseal(attributes=lambda a: [*a, mac]), FORMAT)


@attack(17, "seal-last")
def forbidden(base):
    """What PAdES forbids: signing-time, revocation archive. No forgery, but no baseline signature."""
    time = attribute(SIGNING_TIME, tlv(0x17, b"261122000000Z"))
    archive = attribute("1.2.840.113583.1.1.8", seq())
    answer = undecided("SIG_CONSTRAINTS_FAILURE") if base.is_licence else accepted(why="a CMS signature of others that is not baseline; the report gives no level")
    yield Case("signing-time", base.reseal(attributes=lambda a: [*a, time]), answer)
    yield Case("revocation archive", base.reseal(attributes=lambda a: [*a, archive]), answer)


