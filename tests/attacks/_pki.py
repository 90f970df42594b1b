"""Certificates, revocation lists and OCSP answers by the authorities of a demo, whose passphrase the generator knows; right ones and wrong ones."""

import datetime
import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ._cms import Signer

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
DOCUMENT = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
CODE, STAMP, OCSP = ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING
SERVER = ExtendedKeyUsageOID.SERVER_AUTH


def der(thing):
    """DER of a certificate, revocation list or OCSP answer."""
    return thing.public_bytes(serialization.Encoding.DER)


def usage(*names):
    """KeyUsage with these bits."""
    bits = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{bit: bit in names for bit in bits})


class Pki:
    """The authority of a demo installation, in the hands of the generator."""

    def __init__(self, folder):
        folder = Path(folder)
        self.folder = folder
        self.passphrase = (folder / "passphrase").read_bytes().strip()
        self._keys = {}
        self.root = self.load("root")
        self.authority = self.load("issuing-ca")
        self.seal = self.load("seal")
        self.stamp = self.load("time-stamp")

    def load(self, name):
        """A key of the folder with its chain."""
        path = next(path for path in (self.folder / f"{name}.chain.pem", self.folder / f"{name}.pem") if path.exists())
        first, *others = x509.load_pem_x509_certificates(path.read_bytes())
        key = serialization.load_pem_private_key((self.folder / f"{name}.key.pem").read_bytes(), self.passphrase)
        return Signer(key, der(first), [der(other) for other in others if other.issuer != other.subject])

    def key(self, kind="p256", name=""):
        """A fresh key, one a name: making RSA keys is slow."""
        makers = {
            "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
            "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
            "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
            "ed25519": ed25519.Ed25519PrivateKey.generate,
        }
        if (kind, name) not in self._keys:
            self._keys[kind, name] = makers[kind]()
        return self._keys[kind, name]

    def issue(self, name="Attack", issuer=None, key=None, start=-1, days=3650, ca=False, path_length=None, bits=None, purposes=(DOCUMENT,), critical_purposes=False, more=(), serial=None, hash=hashes.SHA256, subject=None, subject_key=None):
        """A certificate by the issuing authority, or by another; `more` holds (extension, critical)."""
        issuer = issuer or self.authority
        key = key or self.key()
        above = x509.load_der_x509_certificate(issuer.certificate)
        bits = bits if bits is not None else (("key_cert_sign", "crl_sign") if ca else ("digital_signature", "content_commitment"))
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(above.subject)
            .public_key(subject_key or key.public_key())
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(NOW + start * DAY)
            .not_valid_after(NOW + (start + days) * DAY)
        )
        if ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca, path_length), True)
        if bits:
            builder = builder.add_extension(usage(*bits), True)
        if purposes and not ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical_purposes)
        for extension, critical in more:
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(issuer.key, None if isinstance(issuer.key, ed25519.Ed25519PrivateKey) else hash())
        above_it = [] if issuer.certificate == self.root.certificate else [issuer.certificate, *(o for o in issuer.others if o != issuer.certificate)]
        return Signer(key, der(certificate), above_it)

    def stranger(self, name="Stranger root"):
        """A root that nobody trusts."""
        key = self.key("p256", name)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 100 * DAY).not_valid_after(NOW + 3650 * DAY)
            .add_extension(x509.BasicConstraints(True, None), True).add_extension(usage("key_cert_sign", "crl_sign"), True)
            .sign(key, hashes.SHA256())
        )
        return Signer(key, der(certificate))

    def revocation_list(self, revoked=(), issuer=None, signed_by=None, at=NOW, next_update=30, more=()):
        """A CRL; `revoked` holds (certificate, moment, reason or None)."""
        issuer = issuer or self.authority
        above = x509.load_der_x509_certificate(issuer.certificate)
        builder = x509.CertificateRevocationListBuilder().issuer_name(above.subject).last_update(at).next_update(at + next_update * DAY)
        builder = builder.add_extension(x509.CRLNumber(int(at.timestamp())), False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False)
        for extension, critical in more:
            builder = builder.add_extension(extension, critical)
        for certificate, moment, reason in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(x509.load_der_x509_certificate(certificate).serial_number).revocation_date(moment)
            if reason:
                entry = entry.add_extension(x509.CRLReason(reason), False)
            builder = builder.add_revoked_certificate(entry.build())
        return der(builder.sign((signed_by or issuer).key, hashes.SHA256()))

    def ocsp_answer(self, certificate, issuer=None, signer=None, status=ocsp.OCSPCertStatus.GOOD, at=NOW, next_update=30, revoked=None, reason=None, embedded=None, by_key=True):
        """An OCSP answer about a certificate, signed by the issuer or by somebody else."""
        issuer = issuer or self.authority
        signer = signer or issuer
        above, it = x509.load_der_x509_certificate(issuer.certificate), x509.load_der_x509_certificate(certificate)
        builder = ocsp.OCSPResponseBuilder().add_response(it, above, hashes.SHA1(), status, at, at + next_update * DAY, revoked, reason)
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH if by_key else ocsp.OCSPResponderEncoding.NAME, x509.load_der_x509_certificate(signer.certificate))
        builder = builder.certificates([x509.load_der_x509_certificate(c) for c in (embedded if embedded is not None else [signer.certificate])]) if embedded != [] else builder
        return der(builder.sign(signer.key, hashes.SHA256()))


def name_of(certificate):
    """Common name of a certificate."""
    return re.sub(r".*CN=", "", x509.load_der_x509_certificate(certificate).subject.rfc4514_string())
