"""Classes 14 and 15: weak algorithms, and algorithms that do not fit each other. Everything is signed with a real key of a real certificate."""

from cryptography.hazmat.primitives import hashes

from ._case import FORMAT, Case, accepted, attack, invalid, undecided
from ._cms import ECDSA_OIDS, NULL, RSA_OIDS, hash_id, oid, pss_id, seq


WEAK = undecided("CRYPTO_CONSTRAINTS_FAILURE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
CONTRADICTION = FORMAT | WEAK
REFUSED = CONTRADICTION | invalid("SIG_CRYPTO_FAILURE")


def rsa_signer(base, kind="rsa2048"):
    """A seal with an RSA key."""
    return base.pki.issue("RSA seal", key=base.pki.key(kind))


@attack(14, "seal-last")
def weak_digest(base):
    """The digest is MD5, SHA-1 or SHA-224."""
    rsa = rsa_signer(base)
    for name in ("md5", "sha1"):
        yield Case(f"RSA with {name}", base.reseal(rsa, hash=name), WEAK)
    yield Case("ECDSA with SHA-1", base.reseal(hash="sha1"), WEAK)
    yield Case("SHA-224", base.reseal(hash="sha224"), WEAK)
    yield Case("SHA-1 named with NULL", base.reseal(rsa, hash="sha1", digest_id=hash_id("sha1", True)), WEAK)
    yield Case("unknown digest", base.reseal(digest_id=seq(oid("1.2.3.4.5"))), REFUSED)


@attack(14, "seal-last")
def weak_message_digest_under_a_strong_name(base):
    """The attribute holds a shorter digest than the algorithm gives."""
    from ._cms import digest

    for name in ("md5", "sha1"):
        yield Case(name, base.reseal(attributes=None, message_digest=digest(name, b"x")), invalid("HASH_FAILURE", "FORMAT_FAILURE"))
    yield Case("empty", base.reseal(message_digest=b""), invalid("HASH_FAILURE", "FORMAT_FAILURE"))
    yield Case("zeros", base.reseal(message_digest=bytes(32)), invalid("HASH_FAILURE"))


@attack(14, "seal-last")
def old_sub_filter(base):
    """Formats that rest on SHA-1."""
    for name in (b"adbe.pkcs7.sha1", b"adbe.x509.rsa_sha1", b"adbe.x509.rsa_md5"):
        data = base.reseal(edit={base.seal.number: lambda body, n=name: body.replace(b"ETSI.CAdES.detached", n)})
        yield Case(name.decode(), data, WEAK | undecided("SIG_CONSTRAINTS_FAILURE"))
    data = base.reseal(edit={base.seal.number: lambda body: body.replace(b"/SubFilter/ETSI.CAdES.detached", b"").replace(b"/SubFilter /ETSI.CAdES.detached", b"")})
    yield Case("none", data, FORMAT)
    stamp = base.reseal(edit={base.seal.number: lambda body: body.replace(b"ETSI.CAdES.detached", b"ETSI.RFC3161")})
    yield Case("time-stamp", stamp, FORMAT | undecided("SIG_CONSTRAINTS_FAILURE"))


@attack(14, "seal-last")
def weak_key(base):
    """The key is too short, or its certificate is signed with SHA-1."""
    yield Case("RSA 1024", base.reseal(rsa_signer(base, "rsa1024")), WEAK)
    signer = base.pki.issue("Weak", hash=hashes.SHA224)
    yield Case("certificate with SHA-224", base.reseal(signer), WEAK | undecided("NO_CERTIFICATE_CHAIN_FOUND"))
    if weak := sha1_certificate(base):
        yield Case("certificate with SHA-1", base.reseal(weak), WEAK | undecided("NO_CERTIFICATE_CHAIN_FOUND"))


def sha1_certificate(base):
    """A certificate signed with SHA-1, from pieces, because the library no longer makes them."""
    from asn1crypto import x509

    from ._cms import Signer, tlv

    genuine = base.pki.issue("Old")
    tbs = x509.Certificate.load(genuine.certificate)["tbs_certificate"]
    algorithm = seq(oid(ECDSA_OIDS["sha1"]))
    body = tbs.dump().replace(seq(oid(ECDSA_OIDS["sha256"])), None or seq(oid(ECDSA_OIDS["sha256"])))
    head = tbs.dump()
    del body
    parts = x509.TbsCertificate.load(head)
    parts["signature"] = {"algorithm": ECDSA_OIDS["sha1"]}
    head = parts.dump(force=True)
    from cryptography.hazmat.primitives.asymmetric import ec

    value = base.pki.authority.key.sign(head, ec.ECDSA(hashes.SHA1()))
    return Signer(genuine.key, seq(head, algorithm, tlv(0x03, b"\0", value)), genuine.others)


@attack(15, "seal-last")
def hash_of_another_signature(base):
    """digestAlgorithm and signatureAlgorithm name different hashes."""
    rsa = rsa_signer(base)
    yield Case("ECDSA, digest SHA-256, value SHA-384", base.reseal(sign_hash="sha384"), CONTRADICTION)
    yield Case("ECDSA, digest SHA-512, value SHA-256", base.reseal(hash="sha512", sign_hash="sha256"), CONTRADICTION)
    yield Case("ECDSA named SHA-512, made with SHA-256", base.reseal(algorithm=seq(oid(ECDSA_OIDS["sha512"]))), CONTRADICTION)
    yield Case("RSA, digest SHA-256, value SHA-512", base.reseal(rsa, sign_hash="sha512"), CONTRADICTION)
    yield Case("RSA, digest SHA-256, value SHA-1", base.reseal(rsa, sign_hash="sha1"), CONTRADICTION)
    yield Case("RSA, digest SHA-1, value SHA-256", base.reseal(rsa, hash="sha1", sign_hash="sha256"), CONTRADICTION)
    yield Case("digest listed otherwise", base.reseal(listed_digests=b"\x31" + bytes([len(hash_id("sha512"))]) + hash_id("sha512")), CONTRADICTION)


@attack(15, "seal-last")
def key_of_another_algorithm(base):
    """The algorithm is not that of the key."""
    rsa = rsa_signer(base)
    yield Case("RSA named, ECDSA key", base.reseal(algorithm=seq(oid(RSA_OIDS["sha256"]), NULL)), REFUSED)
    yield Case("ECDSA named, RSA key", base.reseal(rsa, algorithm=seq(oid(ECDSA_OIDS["sha256"]))), REFUSED)
    yield Case("Ed25519 named, ECDSA key", base.reseal(algorithm=seq(oid("1.3.101.112"))), REFUSED)
    yield Case("HMAC named", base.reseal(algorithm=seq(oid("1.2.840.113549.2.9"))), REFUSED)
    yield Case("no signature: a hash named", base.reseal(algorithm=hash_id("sha256")), REFUSED)
    yield Case("unknown", base.reseal(algorithm=seq(oid("1.2.3.4.5"))), REFUSED)
    yield Case("ECDSA with NULL", base.reseal(algorithm=seq(oid(ECDSA_OIDS["sha256"]), NULL)), REFUSED | accepted(why="a slip of many encoders that changes nothing; our own seals bind it"))
    yield Case("DSA named", base.reseal(algorithm=seq(oid("2.16.840.1.101.3.4.3.2"))), REFUSED)


@attack(15, "seal-last")
def pss(base):
    """RSASSA-PSS whose parameters are not those it was made with, or say nothing."""
    rsa = rsa_signer(base)
    yield Case("right", base.reseal(rsa, algorithm=pss_id("sha256"), pss=("sha256", 32)), accepted())
    yield Case("mask claimed SHA-1", base.reseal(rsa, algorithm=pss_id("sha256", "sha1"), pss=("sha256", 32)), REFUSED)
    yield Case("mask SHA-1 indeed", base.reseal(rsa, algorithm=pss_id("sha256", "sha1"), pss=("sha1", 32)), REFUSED)
    yield Case("salt claimed 20", base.reseal(rsa, algorithm=pss_id("sha256", salt=20), pss=("sha256", 32)), REFUSED)
    yield Case("salt claimed 0", base.reseal(rsa, algorithm=pss_id("sha256", salt=0), pss=("sha256", 32)), REFUSED)
    yield Case("salt of four gigabytes", base.reseal(rsa, algorithm=pss_id("sha256", salt=1 << 32), pss=("sha256", 32)), REFUSED)
    yield Case("salt negative", base.reseal(rsa, algorithm=pss_id("sha256", salt=-1), pss=("sha256", 32)), REFUSED)
    yield Case("trailer 2", base.reseal(rsa, algorithm=pss_id("sha256", trailer=2), pss=("sha256", 32)), REFUSED)
    yield Case("hash is not the digest", base.reseal(rsa, algorithm=pss_id("sha512"), sign_hash="sha512", pss=("sha512", 64)), REFUSED)
    yield Case("no parameters", base.reseal(rsa, algorithm=seq(oid("1.2.840.113549.1.1.10")), pss=("sha256", 32)), REFUSED)
    yield Case("empty parameters", base.reseal(rsa, algorithm=seq(oid("1.2.840.113549.1.1.10"), seq()), pss=("sha256", 32)), REFUSED)


@attack(15, "seal-last")
def ed25519(base):
    """Ed25519 goes with SHA-512 (ISO/TS 32002), and with no parameters."""
    signer = base.pki.issue("Ed25519 seal", key=base.pki.key("ed25519"))
    algorithm = seq(oid("1.3.101.112"))
    yield Case("right", base.reseal(signer, hash="sha512", algorithm=algorithm), accepted())
    yield Case("digest SHA-1", base.reseal(signer, hash="sha1", algorithm=algorithm), REFUSED)
    yield Case("digest SHA-256", base.reseal(signer, hash="sha256", algorithm=algorithm), CONTRADICTION)
    yield Case("digest SHA-384", base.reseal(signer, hash="sha384", algorithm=algorithm), CONTRADICTION)
    yield Case("parameters", base.reseal(signer, hash="sha512", algorithm=seq(oid("1.3.101.112"), NULL)), REFUSED)
    yield Case("Ed448 named", base.reseal(signer, hash="sha512", algorithm=seq(oid("1.3.101.113"))), REFUSED)


@attack(15, "seal-last")
def values(base):
    """Signature values that a careless check lets through."""
    from ._cms import integer, seq as sequence

    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    bad = invalid("SIG_CRYPTO_FAILURE")
    for name, value in {"zero and zero": sequence(integer(0), integer(0)), "one and one": sequence(integer(1), integer(1)), "order and order": sequence(integer(order), integer(order)), "zero and one": sequence(integer(0), integer(1)), "negative": sequence(integer(-1), integer(-1)), "empty": b"", "no DER": bytes(64)}.items():
        yield Case(name, base.reseal(value=lambda _, v=value: v), bad)
    yield Case("bytes behind", base.reseal(value=lambda v: v + b"\0"), bad)
    rsa = rsa_signer(base)
    yield Case("RSA zero", base.reseal(rsa, value=lambda v: bytes(len(v))), bad)
    yield Case("RSA one", base.reseal(rsa, value=lambda v: bytes(len(v) - 1) + b"\1"), bad)
    yield Case("RSA short", base.reseal(rsa, value=lambda v: v[:-1]), bad)
    yield Case("RSA with a zero before", base.reseal(rsa, value=lambda v: b"\0" + v), bad)
