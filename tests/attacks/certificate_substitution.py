"""Class 16, certificate substitution: the signature holds, but under a certificate that the signer never bound."""

from cryptography import x509

from ._case import FORMAT, NO_SIGNER, Case, accepted, attack, undecided
from ._cms import SIGNING_CERTIFICATE_V2, Signer, attribute, binding_v1, binding_v2, digest, hash_id, seq, tlv


def same_key(base, issuer=None, serial=None, name=None):
    """Another certificate for the seal's key."""
    genuine = x509.load_der_x509_certificate(base.pki.seal.certificate)
    return base.pki.issue(name or "The Mayor", issuer=issuer, key=base.pki.seal.key, serial=serial, subject=None if name or not serial else genuine.subject)


@attack(16, "seal-last")
def not_bound(base):
    """No attribute says which certificate was meant, or only by SHA-1."""
    yield Case("nothing", base.reseal(binding=None), NO_SIGNER)
    yield Case("version 1 only", base.reseal(binding=binding_v1), NO_SIGNER)
    yield Case("nothing, certificate of the same key", base.reseal(same_key(base), binding=None), NO_SIGNER)
    empty = attribute(SIGNING_CERTIFICATE_V2, seq(seq()))
    yield Case("no certificate in it", base.reseal(binding=lambda c: empty), NO_SIGNER | FORMAT)
    short = attribute(SIGNING_CERTIFICATE_V2, seq(seq(seq(tlv(0x04, b"")))))
    yield Case("empty digest", base.reseal(binding=lambda c: short), NO_SIGNER)


@attack(16, "seal-last")
def bound_to_another(base):
    """The attribute binds another certificate than the one that stands there."""
    pki = base.pki
    swapped = same_key(base)
    yield Case("same key, same issuer", base.reseal(swapped, binding=lambda c: binding_v2(pki.seal.certificate)), NO_SIGNER)
    by_stranger = same_key(base, pki.stranger())
    yield Case("same key, stranger's", base.reseal(by_stranger, binding=lambda c: binding_v2(pki.seal.certificate)), NO_SIGNER)
    genuine = x509.load_der_x509_certificate(pki.seal.certificate)
    twin = same_key(base, serial=genuine.serial_number)
    yield Case("same key, issuer and number", base.reseal(twin, binding=lambda c: binding_v2(pki.seal.certificate)), NO_SIGNER)
    yield Case("the issuer's", base.reseal(binding=lambda c: binding_v2(pki.authority.certificate)), NO_SIGNER)


@attack(16, "seal-last")
def swapped_afterwards(base):
    """The finished CMS with another certificate in the same place."""
    pki = base.pki
    genuine = x509.load_der_x509_certificate(pki.seal.certificate)
    twin = same_key(base, serial=genuine.serial_number)
    yield Case("twin", base.reseal(certificates=lambda _: [twin.certificate, *pki.seal.others]), NO_SIGNER)
    yield Case("twin and genuine", base.reseal(certificates=lambda c: [twin.certificate, *c]), NO_SIGNER)
    yield Case("genuine and twin", base.reseal(certificates=lambda c: [*c, twin.certificate]), NO_SIGNER)
    yield Case("genuine twice", base.reseal(certificates=lambda c: [c[0], *c]), NO_SIGNER | FORMAT)
    harmless = accepted(why="nothing in it is untrue, and whose document it is may carry what it likes")
    yield Case("authority twice", base.reseal(certificates=lambda c: [*c, c[-1]]), undecided("SIG_CONSTRAINTS_FAILURE") if base.is_licence else harmless)


@attack(16, "seal-last")
def weak_binding(base):
    """The binding uses a weak hash, or names another issuer."""
    pki = base.pki

    def by(name):
        return lambda c: attribute(SIGNING_CERTIFICATE_V2, seq(seq(seq(hash_id(name), tlv(0x04, digest(name, c))))))

    yield Case("SHA-1 in version 2", base.reseal(binding=by("sha1")), NO_SIGNER | undecided("CRYPTO_CONSTRAINTS_FAILURE"))
    yield Case("MD5 in version 2", base.reseal(binding=by("md5")), NO_SIGNER | undecided("CRYPTO_CONSTRAINTS_FAILURE"))
    yield Case("SHA-512", base.reseal(binding=by("sha512")), accepted())
    yield Case("with issuer and number", base.reseal(binding=lambda c: binding_v2(c, with_names=True)), accepted())

    def other_names(certificate):
        right, wrong = binding_v2(certificate, with_names=True), binding_v2(pki.authority.certificate, with_names=True)
        hashed = seq(tlv(0x04, digest("sha256", certificate)))
        del right, wrong
        from ._cms import names_of

        issuer, serial = names_of(pki.authority.certificate)
        return attribute(SIGNING_CERTIFICATE_V2, seq(seq(seq(hashed[2:], seq(seq(tlv(0xA4, issuer)), serial)))))

    yield Case("names of another", base.reseal(binding=other_names), NO_SIGNER)


@attack(16, "seal-last")
def named_otherwise(base):
    """The SignerInfo names another certificate, or nobody's."""
    from ._cms import issuer_and_serial

    pki = base.pki
    yield Case("the issuer's", base.reseal(sid=issuer_and_serial(pki.authority.certificate)), NO_SIGNER | undecided("CHAIN_CONSTRAINTS_FAILURE") | FORMAT)
    stranger = pki.issue("Nobody", issuer=pki.stranger())
    yield Case("absent", base.reseal(sid=issuer_and_serial(stranger.certificate)), NO_SIGNER)
    yield Case("key identifier of nobody", base.reseal(sid=tlv(0x80, b"nobody"), signer_version=3, version=3), NO_SIGNER)
    wrong_key = Signer(pki.key("p256", "other"), pki.seal.certificate, pki.seal.others)
    from ._case import CRYPTO

    yield Case("key of another", base.reseal(wrong_key), CRYPTO)
