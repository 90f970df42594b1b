"""The genuine documents that attacks start from: licences of a demo authority, and documents of others made by pyHanko with keys of the same authority."""

import asyncio
import datetime
import io
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from . import _pdf
from ._cms import integer, seq, signed_data, token
from ._pdf import Pdf

TEXT = b"BT /F 12 Tf 20 150 Td (This contract is worth 100 yuan.) Tj ET"


@dataclass
class Base:
    """A genuine, valid document with what the generator knows of its making."""

    name: str
    data: bytes
    pki: object
    tags: frozenset
    # Other genuine documents by the same signer.
    others: list = field(default_factory=list)

    @property
    def seal(self):
        """The newest signature; of a long-term document the one that its time-stamps and store are about."""
        return _pdf.seals(self.data)[0 if "longterm" in self.tags else -1]

    @property
    def pdf(self):
        """The file, read."""
        return Pdf(self.data)

    @property
    def policy(self):
        """How a verifier is told what may follow the signatures."""
        return () if self.is_licence else ("--policy", "general")

    @property
    def is_licence(self):
        """Does it carry licence data?"""
        return "licence" in self.tags

    def update(self, objects, **more):
        """The document with an incremental update."""
        return _pdf.append(self.data, objects, **more)

    def reseal(self, signer=None, edit=None, add=None, before=None, room=_pdf.ROOM, shape=None, finish=None, **changes):
        """The document sealed anew by a real key: `edit` maps numbers to changes of bodies in the signing revision, `add` gives more objects
        of it, `before` changes the bytes before it, the rest is the shape of the CMS. With nothing changed it is valid."""
        earlier, objects, trailer = _pdf.split(self.data)
        seal = self.seal
        objects[seal.number] = _pdf.opened(objects.pop(seal.number), seal, self.data)
        objects = (add or {}) | objects
        for number, change in (edit or {}).items():
            objects[number] = change(objects[number] if number in objects else self.pdf.body(number))
        objects[seal.number] = objects.pop(seal.number)
        data = _pdf.append(before(earlier) if before else earlier, objects, trailer=_pdf.kept(trailer), room=room)
        if finish:
            data = finish(data)
        return _pdf.fill(data, lambda covered: signed_data(covered, signer or self.pki.seal, shape, **changes))


def page(more=b"", catalog=b"", form=b"", annotations=b"", objects=None):
    """A plain one-page document."""
    return _pdf.new(
        {
            1: b"<</Type/Catalog/Pages 2 0 R%s%s>>" % (b"/AcroForm<</Fields[%s]>>" % form if form else b"", catalog),
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>%s%s>>"
            % (b"/Annots[%s]" % annotations if annotations else b"", more),
            4: _pdf.stream(TEXT),
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        }
        | (objects or {})
    )


def _as(signer):
    """A key of the generator as pyHanko takes it."""
    store = SimpleCertificateStore()
    store.register_multiple([x509.Certificate.load(c) for c in signer.others])
    key = signer.key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return x509.Certificate.load(signer.certificate), asn1_keys.PrivateKeyInfo.load(key), store


def _metadata(name="Signature1", **more):
    return PdfSignatureMetadata(field_name=name, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256", **more)


class Stamper(TimeStamper):
    """A time-stamp authority in the same process; pyHanko's own is for RSA keys only."""

    def __init__(self, pki):
        super().__init__(include_nonce=True)
        self.pki = pki

    async def async_request_tsa_response(self, req):
        imprint = req["message_imprint"]["hashed_message"].native
        moment = datetime.datetime.now(datetime.timezone.utc)
        stamp = token(b"", self.pki.stamp, moment, imprint=imprint, nonce=req["nonce"].native)
        return tsp.TimeStampResp.load(seq(seq(integer(0)), stamp))


def signed_by_hanko(data, pki, name="Signature1", stamp=False, strict=True, box=None, signer=None, **more):
    """The document with a signature by pyHanko with the seal key."""
    certificate, key, store = _as(signer or pki.seal)
    hanko = SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=store)
    if box:
        more["new_field_spec"] = fields.SigFieldSpec(name, box=box)
    spec = more.pop("new_field_spec", None)
    stamper = Stamper(pki) if stamp else None
    # asyncio.run for each, because pyHanko leaves its loop to the caller.
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=strict)
    out = asyncio.run(signers.PdfSigner(_metadata(name, **more), hanko, timestamper=stamper, new_field_spec=spec).async_sign_pdf(writer))
    return out.getvalue()


def _context(pki):
    """What pyHanko needs to embed validation data."""
    crls = [pki.revocation_list(), pki.revocation_list(issuer=pki.root)]
    return ValidationContext(
        trust_roots=[x509.Certificate.load(pki.root.certificate)], other_certs=[x509.Certificate.load(pki.authority.certificate)],
        crls=crls, allow_fetching=False, revocation_mode="hard-fail", moment=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=5),
    )


def packed(data):
    """The same document with cross-reference streams and object streams, by qpdf."""
    with tempfile.TemporaryDirectory() as folder:
        plain, out = Path(folder) / "plain.pdf", Path(folder) / "packed.pdf"
        plain.write_bytes(data)
        subprocess.run(["qpdf", "--object-streams=generate", plain, out], check=True)
        return out.read_bytes()


TEXT_FIELD = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(sum)/V(100)/Rect[20 20 120 40]/F 4/P 3 0 R/DA(/F 12 Tf 0 g)/AP<</N 7 0 R>>>>"
APPEARANCE = _pdf.stream(b"BT /F 12 Tf (100) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F 5 0 R>>>>")


def foreign(pki):
    """Documents of others: name -> (bytes, tags)."""
    levels = fields.MDPPerm
    form = page(form=b"6 0 R", annotations=b"6 0 R", objects={6: TEXT_FIELD, 7: APPEARANCE})
    approval = signed_by_hanko(page(), pki)
    made = {
        "approval": (approval, "core table approval plain"),
        "packed": (signed_by_hanko(packed(page()), pki), "core streams approval"),
        "certified1": (signed_by_hanko(page(), pki, certify=True, docmdp_permissions=levels.NO_CHANGES), "table certified p1"),
        "certified2": (signed_by_hanko(form, pki, certify=True, docmdp_permissions=levels.FILL_FORMS), "table certified p2 form"),
        "certified3": (signed_by_hanko(form, pki, certify=True, docmdp_permissions=levels.ANNOTATE), "table certified p3 form"),
        "two": (signed_by_hanko(signed_by_hanko(page(), pki, "First"), pki, "Second"), "table approval several"),
        "stamped": (signed_by_hanko(page(), pki, stamp=True), "table approval stamped"),
    }
    context = _context(pki)
    for name, lta in (("longterm", False), ("archive", True)):
        data = signed_by_hanko(page(), pki, stamp=True, embed_validation_info=True, validation_context=context, use_pades_lta=lta)
        made[name] = (data, f"table longterm{' archive' if lta else ''}")
    return made


def states(data):
    """The states that a licence went through: (suffix, bytes, tags). A document at B-LTA was at B-LT before, and sealed before that."""
    seals = _pdf.seals(data)
    sealed = seals[0].gap_end + seals[0].numbers(data)[3]
    yield " sealed", data[:sealed], "seal-last"
    later = [end for end in _pdf.revisions(data) if end > sealed]
    stamps = [seal.gap_end for seal in seals[1:]]
    for end in later:
        covered = any(stamp <= end for stamp in stamps)
        yield " archived" if covered else " long-term", data[:end], "longterm archive" if covered else "longterm"


def collect(licences, pki):
    """Every base: `licences` is `[(name, bytes)]`."""
    bases = []
    for position, (name, data) in enumerate(licences):
        others = [other for other_name, other in licences if other_name != name]
        for suffix, state, tags in states(data):
            tags = f"licence single table {tags} {'' if position else 'core'}"
            bases.append(Base(name + suffix, state, pki, frozenset(tags.split()), others))
    other = signed_by_hanko(page(objects={4: _pdf.stream(TEXT.replace(b"100", b"999"))}), pki)
    for name, (data, tags) in foreign(pki).items():
        tags += (" seal-last" if "longterm" not in tags else "") + (" single" if "several" not in tags else "")
        bases.append(Base(name, data, pki, frozenset(f"foreign {tags}".split()), [other]))
    return bases
