"""Makes the foreign documents that tests/append.rs appends to, with pyHanko and qpdf, and a throw-away PKI that is not kept.

    python make.py      (the requirements are those of tests/witness/requirements.txt; qpdf)

table-*.pdf have cross-reference tables, stream-*.pdf cross-reference streams and object streams.
"""

import datetime
import io
import pathlib
import subprocess

from asn1crypto import crl as asn1_crl, keys as asn1_keys, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

HERE = pathlib.Path(__file__).parent
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
BASE = b"""%PDF-1.7
1 0 obj
<</Type/Catalog/Pages 2 0 R/Lang(en)/AcroForm 6 0 R>>
endobj
2 0 obj
<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595.0 842]>>
endobj
3 0 obj
<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Annots 7 0 R/Odd[/A#20b (a\\)b) <00ff> -.5 true null]>>
endobj
4 0 obj
<</Length 37>>
stream
BT /F 24 Tf 72 720 Td (Sealed) Tj ET
endstream
endobj
5 0 obj
<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>
endobj
6 0 obj
<</Fields 8 0 R/DA(/F 12 Tf)>>
endobj
7 0 obj
[9 0 R]
endobj
8 0 obj
[9 0 R]
endobj
9 0 obj
<</Type/Annot/Subtype/Widget/FT/Tx/T(text)/V(x)/F 4/P 3 0 R/Rect[72 600 200 620]>>
endobj
trailer
<</Root 1 0 R/Size 10/ID[<0102><0304>]>>
startxref
0
%%EOF
"""


def issue(subject, issuer=None, ca=False, usage=None):
    """(key, certificate) of `subject`, by the pair `issuer` or by itself."""
    # pyHanko's time-stamper for tests can only RSA.
    key = rsa.generate_private_key(65537, 2048) if usage else ec.generate_private_key(ec.SECP256R1())
    issuer_key, above = issuer or (key, None)
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(above.subject if above else name(subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(days=1))
        .not_valid_after(NOW + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca, None), True)
        .add_extension(x509.KeyUsage(not ca, not ca and usage is None, False, False, False, ca, ca, False, False), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), True)
    return key, builder.sign(issuer_key, hashes.SHA256())


def revocation_list(authority):
    key, certificate = authority
    builder = x509.CertificateRevocationListBuilder().issuer_name(certificate.subject)
    builder = builder.last_update(NOW - datetime.timedelta(hours=1)).next_update(NOW + datetime.timedelta(days=3650))
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
    signed = builder.add_extension(x509.CRLNumber(1), False).sign(key, hashes.SHA256())
    return asn1_crl.CertificateList.load(signed.public_bytes(serialization.Encoding.DER))


def plain(pair):
    """The pair as asn1crypto has it."""
    key, certificate = pair
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return asn1_keys.PrivateKeyInfo.load(der), asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


ROOT = issue("Foreign root", ca=True)
CA = issue("Foreign authority", ROOT, ca=True)
STORE = SimpleCertificateStore.from_certs([plain(CA)[1], plain(ROOT)[1]])
SIGNER = signers.SimpleSigner(*reversed(plain(issue("Foreign signer", CA))), cert_registry=STORE)
KEY, CERTIFICATE = plain(issue("Foreign stamps", CA, usage=ExtendedKeyUsageOID.TIME_STAMPING))
STAMPER = DummyTimeStamper(CERTIFICATE, KEY, certs_to_embed=STORE)


def sign(document, name, certify=None, field=None, long_term=False):
    """The document with one more signature by pyHanko, up to B-LTA if it is to last."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    metadata = signers.PdfSignatureMetadata(
        field_name=name,
        certify=certify is not None,
        docmdp_permissions=certify or fields.MDPPerm.FILL_FORMS,
        subfilter=fields.SigSeedSubFilter.PADES,
        embed_validation_info=long_term,
        use_pades_lta=long_term,
        validation_context=ValidationContext(
            trust_roots=[plain(ROOT)[1]], crls=[revocation_list(ROOT), revocation_list(CA)], other_certs=[plain(CA)[1]], revocation_mode="hard-fail"
        ),
    )
    signer = signers.PdfSigner(metadata, SIGNER, timestamper=STAMPER if long_term else None, new_field_spec=field)
    return signer.sign_pdf(writer).getvalue()


def empty_field(document, name):
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    fields.append_signature_field(writer, fields.SigFieldSpec(name, box=(300, 100, 400, 150)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def main():
    folder = HERE / "tmp"
    folder.mkdir(exist_ok=True)
    source = folder / "base.pdf"
    source.write_bytes(BASE)
    for form, option in (("table", "--object-streams=disable"), ("stream", "--object-streams=generate")):
        target = folder / f"{form}.pdf"
        subprocess.run(["qpdf", "--static-id", option, source, target], check=False)
        base = target.read_bytes()
        everything = fields.FieldMDPSpec(fields.FieldMDPAction.ALL)
        other = fields.FieldMDPSpec(fields.FieldMDPAction.INCLUDE, fields=["Closed"])
        documents = {
            "plain": base,
            "field": empty_field(base, "Here"),
            "approved": sign(base, "First"),
            "certified-1": sign(base, "First", fields.MDPPerm.NO_CHANGES),
            "certified-2": sign(base, "First", fields.MDPPerm.FILL_FORMS),
            "locked": sign(base, "First", field=fields.SigFieldSpec("First", field_mdp_spec=everything)),
            "locked-one": sign(base, "First", field=fields.SigFieldSpec("First", field_mdp_spec=other)),
            "archived": sign(base, "First", long_term=True),
        }
        for name, document in documents.items():
            (HERE / f"{form}-{name}.pdf").write_bytes(document)
        target.unlink()
    source.unlink()
    folder.rmdir()


main()
