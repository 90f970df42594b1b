"""Makes CMS structures of any shape, right or wrong, from DER pieces; signs with real keys."""

from dataclasses import dataclass, field

from asn1crypto import core, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

HASHES = {"md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
HASH_OIDS = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
ECDSA_OIDS = {"sha1": "1.2.840.10045.4.1", "sha224": "1.2.840.10045.4.3.1", "sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
RSA_OIDS = {"md5": "1.2.840.113549.1.1.4", "sha1": "1.2.840.113549.1.1.5", "sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
ID_DATA, ID_SIGNED_DATA, ID_TST_INFO = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
ALGORITHM_PROTECTION, TIME_STAMP_TOKEN = "1.2.840.113549.1.9.52", "1.2.840.113549.1.9.16.2.14"
NULL = b"\x05\x00"


def tlv(tag, *parts):
    """One DER element."""
    content = b"".join(parts)
    length = len(content)
    head = bytes([length]) if length < 128 else (lambda size: bytes([0x80 | len(size)]) + size)(length.to_bytes((length.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + head + content


def seq(*parts):
    """SEQUENCE."""
    return tlv(0x30, *parts)


def oid(dotted):
    """OBJECT IDENTIFIER."""
    return core.ObjectIdentifier(dotted).dump()


def integer(number):
    """INTEGER."""
    return core.Integer(number).dump()


def hash_id(name, null=False):
    """AlgorithmIdentifier of a hash."""
    return seq(oid(HASH_OIDS[name]), NULL if null else b"")


def pss_id(name, mask=None, salt=None, trailer=None):
    """AlgorithmIdentifier of RSASSA-PSS."""
    mask = seq(oid("1.2.840.113549.1.1.8"), hash_id(mask or name, True))
    salt = HASHES[name].digest_size if salt is None else salt
    return seq(oid("1.2.840.113549.1.1.10"), seq(tlv(0xA0, hash_id(name, True)), tlv(0xA1, mask), tlv(0xA2, integer(salt)), tlv(0xA3, integer(trailer)) if trailer else b""))


def digest(name, data):
    """The hash of some bytes."""
    context = hashes.Hash(HASHES[name]())
    context.update(data)
    return context.finalize()


@dataclass
class Signer:
    """A key with its certificate and those above it (DER), without the root."""

    key: object
    certificate: bytes
    others: list = field(default_factory=list)

    def algorithm(self, name):
        """The AlgorithmIdentifier of this key with a hash."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return seq(oid(ECDSA_OIDS[name]))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return seq(oid(RSA_OIDS[name]), NULL)
        return seq(oid("1.3.101.112"))

    def sign(self, message, name, pss=None):
        """The signature value; `pss` is (hash of the mask, salt length)."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(message, ec.ECDSA(HASHES[name]()))
        scheme = padding.PSS(padding.MGF1(HASHES[pss[0]]()), pss[1]) if pss else padding.PKCS1v15()
        return self.key.sign(message, scheme, HASHES[name]())


def names_of(certificate):
    """(issuer, serial number) of a certificate, as DER."""
    tbs = x509.Certificate.load(certificate)["tbs_certificate"]
    return tbs["issuer"].dump(), tbs["serial_number"].dump()


def issuer_and_serial(certificate):
    """IssuerAndSerialNumber."""
    issuer, serial = names_of(certificate)
    return seq(issuer, serial)


def attribute(dotted, *values):
    """Attribute."""
    return seq(oid(dotted), tlv(0x31, *values))


def binding_v2(certificate, name="sha256", with_names=False):
    """signing-certificate-v2 that binds a certificate."""
    issuer, serial = names_of(certificate)
    names = seq(seq(tlv(0xA4, issuer)), serial) if with_names else b""
    return attribute(SIGNING_CERTIFICATE_V2, seq(seq(seq(b"" if name == "sha256" else hash_id(name), tlv(0x04, digest(name, certificate)), names))))


def binding_v1(certificate):
    """signing-certificate of RFC 2634, by SHA-1."""
    return attribute(SIGNING_CERTIFICATE, seq(seq(seq(tlv(0x04, digest("sha1", certificate))))))


@dataclass
class Shape:
    """How a SignedData is to look. Every default is right."""

    hash: str = "sha256"
    # Attributes: `(list of DER) -> list of DER`; `None` for the result leaves signedAttrs out.
    attributes: object = None
    sorted: bool = True
    content_type: str = ID_DATA
    content: bytes = None
    message_digest: bytes = None
    # Hash names as they are claimed, where not the true one.
    digest_id: bytes = None
    listed_digests: bytes = None
    algorithm: bytes = None
    sign_hash: str = None
    pss: tuple = None
    certificates: object = None
    crls: bytes = b""
    unsigned: object = None
    signer_infos: object = None
    version: int = 1
    signer_version: int = 1
    sid: bytes = None
    value: object = None
    binding: object = binding_v2
    signed_bytes: object = None


def signed_data(covered, signer, shape=None, **changes):
    """A ContentInfo with SignedData over `covered`."""
    shape = Shape(**changes) if shape is None else shape
    name = shape.hash
    message_digest = digest(name, covered) if shape.message_digest is None else shape.message_digest
    attributes = [attribute(CONTENT_TYPE, oid(shape.content_type)), attribute(MESSAGE_DIGEST, tlv(0x04, message_digest))]
    if shape.binding:
        attributes.append(shape.binding(signer.certificate))
    if shape.attributes:
        attributes = shape.attributes(attributes)
    if attributes is None:
        signed, block = covered, b""
    else:
        inside = b"".join(sorted(attributes) if shape.sorted else attributes)
        signed, block = tlv(0x31, inside), tlv(0xA0, inside)
    if shape.signed_bytes:
        signed = shape.signed_bytes(signed)
    value = signer.sign(signed, shape.sign_hash or name, shape.pss)
    if shape.value:
        value = shape.value(value)
    digest_id = shape.digest_id or hash_id(name)
    unsigned = shape.unsigned(value) if shape.unsigned else b""
    info = seq(
        integer(shape.signer_version),
        shape.sid or issuer_and_serial(signer.certificate),
        digest_id,
        block,
        shape.algorithm or signer.algorithm(shape.sign_hash or name),
        tlv(0x04, value),
        tlv(0xA1, unsigned) if unsigned else b"",
    )
    infos = shape.signer_infos(info) if shape.signer_infos else [info]
    certificates = [signer.certificate, *signer.others]
    if shape.certificates:
        certificates = shape.certificates(certificates)
    content = tlv(0xA0, tlv(0x04, shape.content)) if shape.content is not None else b""
    return seq(
        oid(ID_SIGNED_DATA),
        tlv(
            0xA0,
            seq(
                integer(shape.version),
                shape.listed_digests or tlv(0x31, digest_id),
                seq(oid(shape.content_type), content),
                tlv(0xA0, *certificates) if certificates else b"",
                tlv(0xA1, shape.crls) if shape.crls else b"",
                tlv(0x31, *infos),
            ),
        ),
    )


def generalized(moment):
    """GeneralizedTime."""
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def token(imprinted, signer, moment, *, hash="sha256", imprint=None, imprint_hash=None, serial=1, nonce=None, content_type=ID_TST_INFO, shape=None, info=None):
    """A time-stamp token (RFC 3161) over `imprinted`."""
    imprint = digest(hash, imprinted) if imprint is None else imprint
    info = info or seq(integer(1), oid("1.2.3.4.1"), seq(hash_id(imprint_hash or hash, True), tlv(0x04, imprint)), integer(serial), generalized(moment), integer(nonce) if nonce else b"")
    return signed_data(info, signer, Shape(**({"content_type": content_type, "content": info, "version": 3} | (shape or {}))))


def stamp_attribute(stamp):
    """The unsigned attribute that holds a token."""
    return attribute(TIME_STAMP_TOKEN, stamp)
