"""A throw-away public key infrastructure: root, issuing authority, signers of every algorithm, time-stamp authority, OCSP signer, revocation lists."""

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

PASSWORD = b"throw-away"

ALGORITHMS = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa": lambda: rsa.generate_private_key(65537, 3072),
}


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, text)])


def revocation_list(issuer, key, at, revoked=(), days=30):
    """A list (DER) by the certificate `issuer` as of `at`; of `revoked`, (certificate, moment), it names those that it issued."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(at)
        .next_update(at + datetime.timedelta(days=days))
        .add_extension(x509.CRLNumber(int(at.timestamp())), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
    )
    for certificate, moment in revoked:
        if certificate.issuer == issuer.subject:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(moment)
            builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False).build())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class Pki:
    """Keys and certificates, each also as files in `folder`: NAME.pem, NAME.key (PKCS#8), NAME.p12 (with the chain), all for `days` from `since`,
    but signers for `signer_days`."""

    def __init__(self, folder, since, days, algorithms=("p256",), signer_days=None):
        self.folder, self.since, self.days, self.signer_days = Path(folder), since, days, signer_days or days
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keys, self.certificates = {}, {}
        self._issue("root", "root", ca=True)
        self._issue("ca", "root", ca=True)
        for algorithm in algorithms:
            self._issue(f"signer-{algorithm}", "ca", algorithm)
        self._issue("tsa", "ca", usage=(ExtendedKeyUsageOID.TIME_STAMPING, True))
        self._issue("ocsp", "ca", usage=(ExtendedKeyUsageOID.OCSP_SIGNING, False))

    def path(self, file):
        return self.folder / file

    def _issue(self, subject, issuer, algorithm="p256", ca=False, usage=None):
        key = ALGORITHMS[algorithm]()
        days = self.signer_days if subject.startswith("signer") else self.days
        self.keys[subject] = key
        issuer_key = self.keys[issuer]
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.since)
            .not_valid_after(self.since + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca, None), True)
            .add_extension(x509.KeyUsage(not ca, not ca and usage is None, False, False, False, ca, ca, False, False), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
        )
        if subject != issuer:
            address = x509.UniformResourceIdentifier(f"http://pki.invalid/{issuer}.crl")
            above = x509.UniformResourceIdentifier(f"http://pki.invalid/{issuer}.cer")
            access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, above)
            builder = builder.add_extension(x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)]), False)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), False)
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage[0]]), usage[1])
        if usage and usage[0] == ExtendedKeyUsageOID.OCSP_SIGNING:
            builder = builder.add_extension(x509.OCSPNoCheck(), False)
        certificate = builder.sign(issuer_key, hashes.SHA256())
        self.certificates[subject] = certificate
        above = [] if ca else [self.certificates["ca"], self.certificates["root"]]
        self.path(f"{subject}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.path(f"{subject}.key").write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        packed = pkcs12.serialize_key_and_certificates(subject.encode(), key, certificate, above, serialization.BestAvailableEncryption(PASSWORD))
        self.path(f"{subject}.p12").write_bytes(packed)

    def publish_lists(self, at, revoked=(), days=30):
        """Writes root.crl and ca.crl as of `at`; `revoked` holds (subject, moment). Returns their paths."""
        paths = []
        for issuer in ("root", "ca"):
            entries = [(self.certificates[subject], moment) for subject, moment in revoked]
            paths.append(self.path(f"{issuer}.crl"))
            paths[-1].write_bytes(revocation_list(self.certificates[issuer], self.keys[issuer], at, entries, days))
        return paths

    def answer_ocsp(self, subject, at, days=30):
        """Writes SUBJECT.ocsp, a good answer by the delegated OCSP signer as of `at`; returns its path."""
        answer = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                self.certificates[subject], self.certificates["ca"], hashes.SHA256(), ocsp.OCSPCertStatus.GOOD,
                at, at + datetime.timedelta(days=days), None, None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificates["ocsp"])
            .certificates([self.certificates["ocsp"]])
            .sign(self.keys["ocsp"], hashes.SHA256())
        )
        path = self.path(f"{subject}.ocsp")
        path.write_bytes(answer.public_bytes(serialization.Encoding.DER))
        return path
