"""Makes documents that are not what they should be out of genuine ones, so that the witnesses can be seen to refuse them."""

import datetime
import io
import re

from asn1crypto.cms import ContentInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, fields, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

# One page with text in a font that is not embedded; nothing else is wrong with it.
BARE = (
    b"%PDF-1.7\n"
    b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>\nendobj\n"
    b"4 0 obj\n<</Length 37>>\nstream\nBT /F 12 Tf 20 100 Td (bare) Tj ET   \nendstream\nendobj\n"
    b"5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\n"
)


def bare():
    """The bare document with its cross-reference table."""
    offsets = [match.start() for match in re.finditer(rb"^\d 0 obj", BARE, re.M)]
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(offsets) + 1
    return BARE + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table, size, len(BARE))


def flipped(data):
    """One bit of a page's content or a font is other than it was signed."""
    at = data.index(b"stream", len(data) // 3) + 40
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def misdirected(data):
    """The last startxref points beside the table."""
    head, tail = data.rsplit(b"startxref", 1)
    number = int(re.search(rb"\d+", tail)[0])
    return head + b"startxref\n%d\n%%%%EOF\n" % (number + 3)


def cut(data, revisions):
    """The document without its last `revisions`; a linearised one is not expected."""
    ends = [match.end() for match in re.finditer(rb"%%EOF\r?\n?", data)]
    return data[: ends[-1 - revisions]]


def other_stamp(data):
    """The last signature in the file, a document time-stamp, has a signature value that is off by one bit; nothing covers it."""
    contents = list(re.finditer(rb"/Contents\s*<([0-9a-fA-F]{200,})>", data))[-1]
    der = bytes.fromhex(contents[1].decode())
    token = ContentInfo.load(der)
    value = token["content"]["signer_infos"][0]["signature"].native
    at = contents.start(1) + 2 * (der.rindex(value) + len(value)) - 1
    return data[:at] + (b"1" if data[at : at + 1] == b"0" else b"0") + data[at + 1 :]


def _updated(data, change):
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer.root)
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def appended(data):
    """An update after the seal that changes the catalog."""
    return _updated(data, lambda root: root.__setitem__(pdf_name("/PageMode"), pdf_name("/UseNone")))


def without(data, *keys):
    """The catalog lacks some of its entries."""

    def drop(root):
        for key in keys:
            del root[key]

    return _updated(data, drop)


def make_root(folder):
    """A root and a signer that it certified, as PEM files: (root, signer's certificate, signer's key)."""
    now = datetime.datetime.now(datetime.timezone.utc)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def certificate(subject, public, ca):
        name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("stranger root"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca, None), True)
            .add_extension(x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False), True)
            .sign(root_key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )

    paths = [folder / name for name in ("root.pem", "signer.pem", "signer.key")]
    paths[0].write_bytes(certificate("stranger root", root_key.public_key(), True))
    paths[1].write_bytes(certificate("stranger", key.public_key(), False))
    pem_key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[2].write_bytes(pem_key)
    return paths


def other_words(data):
    """The unsealed document with the first two glyphs of a printed field exchanged on its page; the attached payload stays."""

    def swap(match):
        first, second, rest = match[2][:4], match[2][4:8], match[2][8:]
        return match[1] + second + first + rest if first != second else match[0]

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    stream = writer.root["/Pages"]["/Kids"][0]["/Contents"][1]
    changed = re.sub(rb"(/ELF<[^>]*>>>BDC\n.*\n.*<)([0-9a-f]{8,})(?=>Tj)", swap, stream.data, count=1)
    assert changed != stream.data
    stream._data, stream._encoded_data = changed, None
    writer.update_container(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def lower_case(data):
    """The hex digits of the signature as we write them; pyHanko writes capitals. They stand outside of what is signed."""
    match = list(re.finditer(rb"/Contents\s*<([0-9a-fA-F]{200,})>", data))[-1]
    return data[: match.start(1)] + match[1].lower() + data[match.end(1) :]


def sealed_by_stranger(data, signer_pem, key_pem, certify, passphrase=None):
    """`data` signed by pyHanko, as a certification or as a plain approval; the first certificate of `signer_pem` is the signer's."""
    certificate, *others = load_certs_from_pemder([signer_pem])
    chain = SimpleCertificateStore()
    chain.register_multiple(others)
    signer = SimpleSigner(signing_cert=certificate, signing_key=load_private_key_from_pemder(key_pem, passphrase), cert_registry=chain)
    metadata = PdfSignatureMetadata(
        field_name="Stranger", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256", certify=certify, docmdp_permissions=fields.MDPPerm.FILL_FORMS
    )
    return sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), metadata, signer=signer).getvalue()
