"""Writes signatures.json: one signature and one certificate of every pair of key and algorithm, by Python's cryptography (OpenSSL).

    python make.py      (the requirements are those of tests/witness/requirements.txt)

keys: by name, spki and root (a self-signed certificate). signatures: name (as a report names it), key, digest (hash name), algorithm
(AlgorithmIdentifier), signature over the message, and a leaf certificate of the root, signed with the algorithm. All base64 of DER.
"""

import base64
import datetime
import json
import pathlib

from asn1crypto import algos, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

HASHES = {"sha224": hashes.SHA224(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512(), "sha1": hashes.SHA1()}
ROOT = "Foreign root"
MESSAGE = b"The licence says what it says."
KEYS = {
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "P-521": ec.generate_private_key(ec.SECP521R1()),
    "RSA-1024": rsa.generate_private_key(65537, 1024),
    "RSA-2048": rsa.generate_private_key(65537, 2048),
    "RSA-2056": rsa.generate_private_key(3, 2056),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
}


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(key, serial, subject, hash_, scheme):
    """A certificate of the key's own root, signed with the algorithm."""
    day = datetime.datetime(2026, 1, 1)
    authority = subject == ROOT
    builder = (
        x509.CertificateBuilder(name(ROOT), name(subject), key.public_key(), serial)
        .not_valid_before(day)
        .not_valid_after(day.replace(year=2076))
        .add_extension(x509.BasicConstraints(authority, None), True)
        .add_extension(x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False), True)
    )
    extra = {"rsa_padding": scheme} if scheme is not None else {}
    return builder.sign(key, hash_, **extra).public_bytes(serialization.Encoding.DER)


def text(der):
    return base64.b64encode(der).decode()


def entries():
    def entry(label, key_name, digest, signature, algorithm, leaf=None):
        row = {"name": label, "key": key_name, "digest": digest, "algorithm": text(algorithm.dump()), "signature": text(signature)}
        if leaf:
            row["leaf"] = text(leaf)
        return row

    def of(leaf):
        return asn1_x509.Certificate.load(leaf)["signature_algorithm"]

    for curve in ("P-256", "P-384", "P-521"):
        for digest in ("sha224", "sha256", "sha384", "sha512"):
            key, hash_ = KEYS[curve], HASHES[digest]
            leaf = certificate(key, 78, "Foreign signer", hash_, None)
            label = f"ECDSA {curve} with SHA-{digest[3:]}" if digest != "sha224" else "ECDSA with SHA-224"
            yield entry(label, curve, digest, key.sign(MESSAGE, ec.ECDSA(hash_)), of(leaf), leaf)
    leaf = certificate(KEYS["Ed25519"], 78, "Foreign signer", None, None)
    yield entry("Ed25519", "Ed25519", "sha512", KEYS["Ed25519"].sign(MESSAGE), of(leaf), leaf)
    for size in ("RSA-1024", "RSA-2048", "RSA-2056"):
        key = KEYS[size]
        for digest in ("sha224", "sha256", "sha384", "sha512") if size == "RSA-2048" else ("sha256",):
            hash_ = HASHES[digest]
            leaf = certificate(key, 78, "Foreign signer", hash_, padding.PKCS1v15())
            label = f"RSA PKCS#1 v1.5 with SHA-{digest[3:]}"
            yield entry(label, size, digest, key.sign(MESSAGE, padding.PKCS1v15(), hash_), of(leaf), leaf)
        for digest in ("sha256", "sha384", "sha512") if size == "RSA-2048" else ("sha256",):
            hash_ = HASHES[digest]
            longest = padding.calculate_max_pss_salt_length(key, hash_)
            for salt in sorted({0, 20, 32, 48, 64, longest} if longest >= 64 else {0, longest}):
                if salt > longest:
                    continue
                scheme = padding.PSS(padding.MGF1(hash_), salt)
                leaf = certificate(key, 78, "Foreign signer", hash_, scheme)
                yield entry(f"RSA PSS with SHA-{digest[3:]}", size, digest, key.sign(MESSAGE, scheme, hash_), of(leaf), leaf)
    scheme = padding.PSS(padding.MGF1(hashes.SHA1()), 32)
    mixed = algos.SignedDigestAlgorithm(
        {
            "algorithm": "rsassa_pss",
            "parameters": algos.RSASSAPSSParams(
                {
                    "hash_algorithm": {"algorithm": "sha256"},
                    "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha1"}},
                    "salt_length": 32,
                }
            ),
        }
    )
    yield entry("RSA PSS", "RSA-2048", "sha256", KEYS["RSA-2048"].sign(MESSAGE, scheme, hashes.SHA256()), mixed)


def root(key_name):
    key = KEYS[key_name]
    scheme = padding.PKCS1v15() if key_name.startswith("RSA") else None
    return certificate(key, 77, ROOT, None if key_name == "Ed25519" else hashes.SHA256(), scheme)


rows = list(entries())
keys = {key_name: {"spki": text(spki(key)), "root": text(root(key_name))} for key_name, key in KEYS.items()}
lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
out = f'{{"message":"{text(MESSAGE)}",\n"keys":{json.dumps(keys)},\n"signatures":[\n{lines}\n]}}\n'
pathlib.Path(__file__).with_name("signatures.json").write_text(out)
print(len(rows), "signatures,", len(out), "bytes")
