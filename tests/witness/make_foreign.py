"""Documents that pyHanko makes: every level and algorithm, several signatures, certified, filled in, locked, annotated, and on every form of base file.

`cases(folder)` writes them and gives a list of (name, path, level) to be judged; `level` is the one that pyHanko was asked for.
"""

import datetime
import io
import subprocess
from pathlib import Path

import pki
import spoil
from asn1crypto import crl as asn1_crl
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, SimpleSigner, fields
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
SIGNED = NOW - datetime.timedelta(hours=1)
LEVELS = ("B", "T", "LT", "LTA")
WIDGET = (20, 20, 120, 60)


class Maker:
    """Signs as many people, with one time-stamp authority and one set of revocation lists."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.pki = pki.Pki(self.folder / "pki", NOW - datetime.timedelta(days=30), 3650, tuple(pki.ALGORITHMS))
        # pyHanko's own time-stamp authority signs with RSA only.
        self.pki._issue("tsa", "ca", "rsa", usage=(ExtendedKeyUsageOID.TIME_STAMPING, True))
        self.lists = self.pki.publish_lists(SIGNED - datetime.timedelta(minutes=5))
        self.registry = SimpleCertificateStore.from_certs(self._certificate(name) for name in ("root", "ca"))
        key = spoil.load_private_key_from_pemder(str(self.pki.path("tsa.key")), None)
        self.stamper = DummyTimeStamper(self._certificate("tsa"), key, certs_to_embed=self.registry, fixed_dt=SIGNED)

    def _certificate(self, name):
        return load_cert_from_pemder(str(self.pki.path(f"{name}.pem")))

    def context(self, moment=SIGNED, mode="hard-fail"):
        """What pyHanko knows when it gathers validation data, and when it judges."""
        lists = [asn1_crl.CertificateList.load(Path(path).read_bytes()) for path in self.lists]
        known = [self._certificate(name) for name in ("ca", "tsa")]
        roots = [self._certificate("root")]
        return ValidationContext(trust_roots=roots, other_certs=known, crls=lists, allow_fetching=False, revocation_mode=mode, moment=moment)

    def signer(self, name, pss=False):
        return SimpleSigner.load(
            str(self.pki.path(f"{name}.key")), str(self.pki.path(f"{name}.pem")), ca_chain_files=(str(self.pki.path("ca.pem")),), prefer_pss=pss
        )

    def sign(self, data, level="B", who="signer-p256", field=None, box=None, digest=None, pss=False, append_xref="default", **metadata):
        out = IncrementalPdfFileWriter(io.BytesIO(data))
        long_term = level in ("LT", "LTA")
        name = field or f"Signature{len(PdfFileReader(io.BytesIO(data)).embedded_signatures) + 1}"
        described = PdfSignatureMetadata(
            field_name=name,
            subfilter=metadata.pop("subfilter", SigSeedSubFilter.PADES),
            md_algorithm=digest or {"signer-p384": "sha384", "signer-p521": "sha512"}.get(who, "sha256"),
            embed_validation_info=long_term,
            use_pades_lta=level == "LTA",
            validation_context=self.context() if long_term else None,
            **metadata,
        )
        spec = SigFieldSpec(name, box=box) if field is None else None
        style = TextStampStyle(stamp_text="Signed") if box else None
        signer = PdfSigner(described, self.signer(who, pss), timestamper=None if level == "B" else self.stamper, new_field_spec=spec, stamp_style=style)
        return signer.sign_pdf(out).getvalue()


def form():
    """A page with two text fields, a check box and an empty signature field."""
    out = writer.PdfFileWriter()
    page = out.add_object(generic.DictionaryObject())
    widgets = []
    for place, name in enumerate(("name", "remark")):
        widget = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/Widget"), pdf_name("/FT"): pdf_name("/Tx"),
                pdf_name("/T"): pdf_string(name), pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (20, 150 + 20 * place, 120, 165 + 20 * place))),
                pdf_name("/F"): generic.NumberObject(4), pdf_name("/P"): page,
            }
        )  # fmt: skip
        widgets.append(out.add_object(widget))
    content = out.add_object(generic.StreamObject(stream_data=b"0 0 200 200 re S"))
    pages = out.root["/Pages"]
    page.get_object().update(
        {
            pdf_name("/Type"): pdf_name("/Page"), pdf_name("/Parent"): out.root.raw_get("/Pages"), pdf_name("/Contents"): content,
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 200))),
            pdf_name("/Annots"): generic.ArrayObject(widgets), pdf_name("/Resources"): generic.DictionaryObject(),
        }
    )  # fmt: skip
    pages[pdf_name("/Kids")] = generic.ArrayObject([page])
    pages[pdf_name("/Count")] = generic.NumberObject(1)
    out.root[pdf_name("/AcroForm")] = generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject(widgets)})
    buffer = io.BytesIO()
    out.write(buffer)
    return buffer.getvalue()


def _update(data, change):
    out = IncrementalPdfFileWriter(io.BytesIO(data))
    change(out)
    buffer = io.BytesIO()
    out.write(buffer)
    return buffer.getvalue()


def _page(out):
    """The first page, which is going to be changed."""
    reference = out.root["/Pages"]["/Kids"].raw_get(0)
    out.mark_update(reference)
    return reference.get_object()


def fill(data, name, text):
    """Fills in a text field, with a new appearance."""

    def change(out):
        for reference in out.root["/AcroForm"]["/Fields"]:
            field = reference.get_object()
            if field.get("/T") == name:
                appearance = generic.StreamObject(
                    {
                        pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form"),
                        pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 100, 15))),
                    }, stream_data=b"/Tx BMC EMC",
                )  # fmt: skip
                field[pdf_name("/V")] = pdf_string(text)
                field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): out.add_object(appearance)})
                out.mark_update(reference)

    return _update(data, change)


def annotate(data):
    def change(out):
        page = _page(out)
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/Text"), pdf_name("/Contents"): pdf_string("a comment"),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (5, 5, 15, 15))),
            }
        )  # fmt: skip
        annotations = page.get("/Annots", generic.ArrayObject())
        page[pdf_name("/Annots")] = generic.ArrayObject([*annotations, out.add_object(note)])

    return _update(data, change)


def new_text_field(data):
    def change(out):
        page = _page(out)
        widget = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/Widget"), pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): pdf_string("extra"),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (5, 5, 15, 15))),
            }
        )  # fmt: skip
        reference = out.add_object(widget)
        page["/Annots"].append(reference)
        out.root["/AcroForm"]["/Fields"].append(reference)
        out.update_root()

    return _update(data, change)


def other_content(data):
    def change(out):
        page = _page(out)
        page[pdf_name("/Contents")] = out.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))

    return _update(data, change)


def add_field(data, **spec):
    return _update(data, lambda out: fields.append_signature_field(out, SigFieldSpec(**spec)))


def stamped(maker, data):
    """A document time-stamp and nothing else."""
    out = IncrementalPdfFileWriter(io.BytesIO(data))
    return PdfTimeStamper(maker.stamper).timestamp_pdf(out, "sha256", validation_context=maker.context()).getvalue()


def through_qpdf(folder, data, name, *options):
    source, target = folder / f"{name}-source.pdf", folder / f"{name}-base.pdf"
    source.write_bytes(data)
    subprocess.run(["qpdf", *options, "--deterministic-id", source, target], check=True)
    return target.read_bytes()


def documents(maker):
    """(name, level asked for, bytes)."""
    plain, sign = spoil.bare(), maker.sign
    for who in pki.ALGORITHMS:
        for level in LEVELS:
            yield f"{who}-{level}", level, sign(plain, level, f"signer-{who}")
    for digest in ("sha256", "sha384", "sha512"):
        for who in ("p256", "p384", "p521", "rsa"):
            yield f"{who}-{digest}", "B", sign(plain, "B", f"signer-{who}", digest=digest)
        yield f"pss-{digest}", "B", sign(plain, "B", "signer-rsa", digest=digest, pss=True)
    yield "rsa-sha1", "B", sign(plain, "B", "signer-rsa", digest="sha1")
    yield "adbe-detached", "B", sign(plain, "B", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)

    for name, options in (("objects", ["--object-streams=generate"]), ("linear", ["--linearize"]), ("linear-objects", ["--linearize", "--object-streams=generate"])):
        base = through_qpdf(maker.folder, plain, name, *options)
        yield f"{name}-B", "B", sign(base, "B")
        yield f"{name}-LTA", "LTA", sign(base, "LTA")
        yield f"{name}-two", "B", sign(sign(base, "B"), "B", "signer-rsa")

    for level in LEVELS:
        yield f"two-{level}", level, sign(sign(plain, level), level, "signer-rsa")
    yield "three", "B", sign(sign(sign(plain), "B", "signer-p384"), "B", "signer-p521")
    yield "stamped", "B", stamped(maker, sign(plain))
    yield "stamped-then-signed", "B", sign(stamped(maker, sign(plain)), "B", "signer-rsa")
    yield "visible-first", "B", sign(plain, box=WIDGET)
    yield "visible-second", "B", sign(sign(plain), "B", "signer-rsa", box=WIDGET)

    for permission in (MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE):
        certified = sign(form(), certify=True, docmdp_permissions=permission)
        label = f"certified-{permission.value}"
        yield label, "B", certified
        yield f"{label}-filled", "B", fill(certified, "name", "someone")
        yield f"{label}-annotated", "B", annotate(certified)
        yield f"{label}-new-field", "B", new_text_field(certified)
        yield f"{label}-other-content", "B", other_content(certified)
        if permission != MDPPerm.NO_CHANGES:
            yield f"{label}-signed", "B", sign(certified, "B", "signer-rsa")
            yield f"{label}-LTA", "LTA", sign(form(), "LTA", certify=True, docmdp_permissions=permission)
            yield f"{label}-filled-and-signed", "B", sign(fill(certified, "name", "someone"), "B", "signer-rsa")
    approved = sign(form())
    yield "approved-filled", "B", fill(approved, "name", "someone")
    yield "approved-annotated", "B", annotate(approved)
    yield "approved-other-content", "B", other_content(approved)
    yield "approved-new-empty-field", "B", add_field(approved, sig_field_name="Later")
    waiting = add_field(form(), sig_field_name="First", box=WIDGET)
    waiting = add_field(waiting, sig_field_name="Second", box=(20, 80, 120, 120))
    yield "in-fields-that-were-there", "B", sign(sign(waiting, field="First"), "B", "signer-rsa", field="Second")

    for action, names in ((FieldMDPAction.ALL, None), (FieldMDPAction.INCLUDE, ["name"]), (FieldMDPAction.EXCLUDE, ["name"])):
        lock = FieldMDPSpec(action, fields=names)
        base = add_field(form(), sig_field_name="Locking", field_mdp_spec=lock, doc_mdp_update_value=MDPPerm.FILL_FORMS)
        locked = sign(base, field="Locking")
        label = f"locked-{action.name.lower()}"
        yield label, "B", locked
        yield f"{label}-name-filled", "B", fill(locked, "name", "someone")
        yield f"{label}-remark-filled", "B", fill(locked, "remark", "something")
        yield f"{label}-signed", "B", sign(locked, "B", "signer-rsa")


def cases(folder):
    maker = Maker(folder)
    made = []
    for name, level, data in documents(maker):
        path = maker.folder / f"{name}.pdf"
        path.write_bytes(data)
        made.append((name, path, level))
    return maker, made


if __name__ == "__main__":
    import sys

    print(len(cases(Path(sys.argv[1]))[1]), "documents")
