"""Class 18: the shape of the CMS. Each is signed with the real key, but is no detached SignedData of one signer with his certificates."""

from ._case import FORMAT, NO_SIGNER, Case, accepted, attack, undecided
from ._cms import ID_SIGNED_DATA, attribute, integer, oid, seq, signed_data, tlv
from . import _pdf


@attack(18, "seal-last")
def signers(base):
    """Two signers, or none."""
    stranger = base.pki.issue("Stranger", issuer=base.pki.stranger())
    yield Case("the same twice", base.reseal(signer_infos=lambda i: [i, i]), FORMAT)
    yield Case("none", base.reseal(signer_infos=lambda i: []), FORMAT)

    def with_stranger(info):
        other = signed_data(b"", stranger)
        start = other.rindex(b"\x31\x82", 0, len(other)) if b"\x31\x82" in other[-700:] else len(other)
        return [info, other[start + 4 :] or info]

    yield Case("another's", base.reseal(signer_infos=with_stranger), FORMAT)


@attack(18, "seal-last")
def content(base):
    """The CMS carries content of its own."""
    yield Case("empty", base.reseal(content=b""), FORMAT)
    yield Case("text", base.reseal(content=b"This is what was signed"), FORMAT)
    yield Case("digest", base.reseal(content=bytes(20)), FORMAT)
    yield Case("type signed data", base.reseal(content_type=ID_SIGNED_DATA), FORMAT)
    yield Case("type unknown", base.reseal(content_type="1.2.3.4"), FORMAT)


@attack(18, "seal-last")
def certificates(base):
    """Certificates are missing, too many, or no certificates."""
    pki = base.pki
    stranger = pki.stranger()
    yield Case("none", base.reseal(certificates=lambda c: []), NO_SIGNER)
    yield Case("only the issuer's", base.reseal(certificates=lambda c: c[1:]), NO_SIGNER)
    no_path = undecided("NO_CERTIFICATE_CHAIN_FOUND")
    yield Case("only the signer's", base.reseal(certificates=lambda c: c[:1]), no_path)
    yield Case("garbage", base.reseal(certificates=lambda c: [seq(integer(1)), *c]), FORMAT | NO_SIGNER | undecided("SIG_CONSTRAINTS_FAILURE", "CERTIFICATE_CHAIN_GENERAL_FAILURE") | valid_for_others(base))
    yield Case("garbage instead", base.reseal(certificates=lambda c: [seq(c[0][4:-9]), *c[1:]]), FORMAT | NO_SIGNER)
    yield Case("attribute certificate", base.reseal(certificates=lambda c: [*c, tlv(0xA2, seq())]), FORMAT)
    if base.is_licence:
        yield Case("one too many", base.reseal(certificates=lambda c: [*c, stranger.certificate]), undecided("SIG_CONSTRAINTS_FAILURE"))
        root = pki.root.certificate
        yield Case("root too", base.reseal(certificates=lambda c: [*c, root]), undecided("SIG_CONSTRAINTS_FAILURE") | accepted(why="it is the anchor, byte by byte"))
        yield Case("root with another byte", base.reseal(certificates=lambda c: [*c, root[:-1] + bytes([root[-1] ^ 1])]), undecided("SIG_CONSTRAINTS_FAILURE"))


def valid_for_others(base):
    """A broken certificate that nobody uses does not make another's signature wrong."""
    return FORMAT if base.is_licence else accepted()


@attack(18, "seal-last")
def versions(base):
    """Version numbers that do not fit."""
    for name, change in {"3": {"version": 3}, "0": {"version": 0}, "signer 3": {"signer_version": 3}, "both 3": {"version": 3, "signer_version": 3}, "huge": {"version": 1 << 80}}.items():
        yield Case(name, base.reseal(**change), FORMAT)


@attack(18, "seal-last")
def other_types(base):
    """A ContentInfo of another type."""
    data = base.reseal()
    seal = _pdf.seals(data)[-1]

    def of(der):
        return _pdf.with_digits(data, der.hex().encode(), seal)

    inside = bytes.fromhex(seal.digits(data).decode())
    for name, dotted in {"enveloped": "1.2.840.113549.1.7.3", "data": "1.2.840.113549.1.7.1", "digested": "1.2.840.113549.1.7.5", "encrypted": "1.2.840.113549.1.7.6"}.items():
        yield Case(name, of(inside.replace(oid(ID_SIGNED_DATA), oid(dotted), 1).rstrip(b"\0")), FORMAT)
    yield Case("bare SignedData", of(inside[4 + 11 + 4 :].rstrip(b"\0")), FORMAT)
    yield Case("a certificate", of(base.pki.seal.certificate), FORMAT)
    yield Case("integer", of(integer(5)), FORMAT)
    yield Case("degenerate", of(seq(oid(ID_SIGNED_DATA), tlv(0xA0, seq(integer(1), tlv(0x31), seq(oid("1.2.840.113549.1.7.1")), tlv(0xA0, base.pki.seal.certificate), tlv(0x31))))), FORMAT)


@attack(18, "seal-last")
def unsigned_attributes(base):
    """Unsigned attributes that nobody knows; on a licence nothing unsigned but a time-stamp."""
    answer = undecided("SIG_CONSTRAINTS_FAILURE") | FORMAT
    yield Case("unknown", base.reseal(unsigned=lambda v: attribute("1.2.3.4", tlv(0x05))), answer if base.is_licence else answer | valid_for_others(base))
    nested = base.reseal(unsigned=lambda v: attribute("1.2.840.113549.1.9.6", seq(integer(1))))
    yield Case("counter-signature that is none", nested, answer if base.is_licence else answer | valid_for_others(base))
    yield Case("not a set of attributes", base.reseal(unsigned=lambda v: integer(1)), FORMAT)


@attack(18, "seal-last")
def revocation_lists(base):
    """Revocation lists in the CMS have no place in a baseline signature."""
    data = base.reseal(crls=base.pki.revocation_list())
    yield Case("list", data, undecided("SIG_CONSTRAINTS_FAILURE") if base.is_licence else valid_for_others(base))
    yield Case("garbage", base.reseal(crls=integer(7)), FORMAT | undecided("SIG_CONSTRAINTS_FAILURE") | valid_for_others(base))
