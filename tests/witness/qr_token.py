"""Reads and checks a licence's QR text with nothing of ours: digits, COSE_Sign1, CWT claims, signature by `cryptography`."""

import hashlib
import math
import zlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

BLOCK = 17
BLOCK_DIGITS = 41
ALGORITHMS = {"ESP256": -9, "Ed25519": -19, "-9": -9, "-19": -19}
LIC = -70001


def digits_to_bytes(digits):
    """Blocks of 41 digits are 17 bytes each; the last block is as short as its bytes allow."""
    lengths = {math.ceil(8 * n * math.log10(2)): n for n in range(1, BLOCK + 1)}
    out = b""
    for start in range(0, len(digits), BLOCK_DIGITS):
        block = digits[start : start + BLOCK_DIGITS]
        out += int(block).to_bytes(lengths[len(block)], "big")
    return out


def cose_of(text):
    """The COSE bytes in a QR text."""
    form, digits = text.split("/q#", 1)[1][0], text.split("/q#", 1)[1][1:]
    packed = digits_to_bytes(digits)
    return {"1": lambda: packed, "2": lambda: zlib.decompress(packed, -15)}[form]()


def cbor(data):
    """Reads one deterministic CBOR item that fills `data`."""
    value, end = _item(data, 0)
    if end != len(data):
        raise ValueError("bytes after the CBOR item")
    return value


def _item(data, at):
    kind, short = data[at] >> 5, data[at] & 31
    at += 1
    if short < 24:
        number = short
    elif short <= 27:
        width = 1 << (short - 24)
        number = int.from_bytes(data[at : at + width], "big")
        if number < (24, 1 << 8, 1 << 16, 1 << 32)[short - 24]:
            raise ValueError("number longer than needed")
        at += width
    else:
        raise ValueError("indefinite length")
    if kind == 0:
        return number, at
    if kind == 1:
        return -1 - number, at
    if kind in (2, 3):
        if at + number > len(data):
            raise ValueError("string past the end")
        raw = data[at : at + number]
        return (raw if kind == 2 else raw.decode()), at + number
    if kind == 4:
        items = []
        for _ in range(number):
            item, at = _item(data, at)
            items.append(item)
        return items, at
    if kind == 5:
        pairs = {}
        for _ in range(number):
            key, at = _item(data, at)
            if key in pairs:
                raise ValueError(f"key {key} stands twice")
            pairs[key], at = _item(data, at)
        return pairs, at
    raise ValueError(f"CBOR kind {kind}")


def _string(raw):
    length = len(raw)
    head = bytes([0x40 | length]) if length < 24 else bytes([0x58, length]) if length < 256 else b"\x59" + length.to_bytes(2, "big")
    return head + raw


def signature_holds(key, alg, protected, claims, signature):
    """Whether `signature` (raw r and s for ECDSA) is over this token by `key`."""
    signed = b"\x84\x6aSignature1" + _string(protected) + b"\x40" + _string(claims)
    try:
        if alg == -9 and isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) and len(signature) == 64:
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
            return True
        if alg == -19 and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
            return True
    except InvalidSignature:
        pass
    return False


def public_key(entry):
    """The key of one entry of the key set."""
    return x509.load_pem_x509_certificate(entry["certificate"].encode()).public_key()


def kid_of(key):
    """First 4 bytes of SHA-256 over the SubjectPublicKeyInfo."""
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).digest()[:4]


def read(text):
    """(protected header bytes, header, claims bytes, claims, signature) of a QR text."""
    protected, unprotected, claims, signature = cbor(cose_of(text))
    if unprotected != {}:
        raise ValueError("the unprotected header is not empty")
    return protected, cbor(protected), claims, cbor(claims), signature


def judge(text, key_set, payload):
    """Complaints about a QR text, given the published key set and the bytes of the attached payload."""
    try:
        protected, header, claims_bytes, claims, signature = read(text)
        keys = [public_key(entry) for entry in key_set if ALGORITHMS.get(str(entry["alg"])) == header[1]]
    except (ValueError, KeyError, IndexError, zlib.error) as error:
        return [f"QR token: cannot be read: {type(error).__name__}: {error}"]
    complaints = []
    if not any(kid_of(key) == header[4] and signature_holds(key, header[1], protected, claims_bytes, signature) for key in keys):
        complaints.append("QR token: no published key made its signature")
    if claims[LIC][8] != hashlib.sha256(payload).digest()[:16]:
        complaints.append("QR token: claim 8 is not the digest of the attached payload")
    return complaints
