"""Classes 8 and 9: annotations and later signatures that cover what a certified document says."""

from . import _pdf
from ._bases import signed_by_hanko
from ._case import FORMAT, MODIFIED, Case, attack, undecided
from ._pdf import stream
from .incremental_saving import OVERLAY

LOOK = stream(OVERLAY, b"/Type/XObject/Subtype/Form/BBox[0 0 2000 2000]")
ANNOTATIONS = {
    "free text": b"/Subtype/FreeText/Contents(forged)/DA(/F 12 Tf)",
    "stamp": b"/Subtype/Stamp/Name/Approved",
    "square": b"/Subtype/Square/IC[1 1 1]",
    "redaction": b"/Subtype/Redact/OverlayText(forged)",
    "link": b"/Subtype/Link/A<</S/URI/URI(http://attacker.example)>>",
    "attachment": b"/Subtype/FileAttachment/FS<</Type/Filespec/F(x)>>",
    "rich media": b"/Subtype/RichMedia",
    "popup": b"/Subtype/Popup/Open true",
}


def annotated(base, kind, more=b""):
    """An update with one more annotation over the first page."""
    pdf = base.pdf
    new = pdf.size
    body = b"<</Type/Annot%s/F 4/Rect[0 0 2000 2000]/P %d 0 R/AP<</N %d 0 R>>%s>>" % (kind, pdf.page, new + 1, more)
    return base.update(pdf.with_annotations(new) | {new: body, new + 1: LOOK})


@attack(8)
def annotation(base):
    """An annotation over the page, whatever the certification allows."""
    if "p3" in base.tags:
        return
    for name, kind in ANNOTATIONS.items():
        yield Case(name, annotated(base, kind), MODIFIED)


@attack(8, "p3")
def annotation_that_acts(base):
    """P=3 allows annotations; not scripts, widgets or files."""
    yield Case("script", annotated(base, ANNOTATIONS["square"], b"/AA<</E<</S/JavaScript/JS(1)>>>>"), MODIFIED)
    yield Case("widget", annotated(base, b"/Subtype/Widget/FT/Btn"), MODIFIED)
    for name in ("attachment", "rich media"):
        yield Case(name, annotated(base, ANNOTATIONS[name]), MODIFIED)


@attack(8, "licence")
def reply_to_the_seal(base):
    """The seal's own widget gets an action or a reply."""
    pdf = base.pdf
    widget = pdf.find(rb"/FT\s*/Sig")
    yield Case("action", base.update({widget: _pdf.in_dict(pdf.body(widget), b"/A<</S/URI/URI(http://attacker.example)>>")}), MODIFIED)
    yield Case("reply", annotated(base, ANNOTATIONS["free text"], b"/IRT %d 0 R" % widget), MODIFIED)


@attack(9)
def second_signature(base):
    """Somebody signs again with a picture over the page, or invisibly."""
    stranger = base.pki.issue("Stranger", issuer=base.pki.stranger())
    answer = MODIFIED | FORMAT | undecided("NO_CERTIFICATE_CHAIN_FOUND")
    if "p1" not in base.tags:
        yield Case("visible, by a stranger", signed_by_hanko(base.data, base.pki, "Over", box=(0, 0, 2000, 2000), signer=stranger), answer)
        yield Case("invisible, by a stranger", signed_by_hanko(base.data, base.pki, "Over", signer=stranger), answer)


@attack(9, "licence")
def second_signature_by_the_signer(base):
    """On a licence nobody signs again, not even its own signer."""
    yield Case("visible", signed_by_hanko(base.data, base.pki, "Over", box=(0, 0, 2000, 2000)), MODIFIED)
    yield Case("invisible", signed_by_hanko(base.data, base.pki, "Over"), MODIFIED)


@attack(9, "seal-last")
def empty_field(base):
    """A new field for a signature whose picture covers the page, with nobody's signature in it."""
    pdf = base.pdf
    new = pdf.size
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Over)/F 4/P %d 0 R/Rect[0 0 2000 2000]/AP<</N %d 0 R>>>>" % (pdf.page, new + 1)
    more = {new: field, new + 1: LOOK} | pdf.with_fields(new) | pdf.with_annotations(new)
    yield Case("unsigned, visible", base.update(more), MODIFIED)
    stamp = {new: field[:-2] + b"/V %d 0 R>>" % (new + 2), new + 2: b"<</Type/DocTimeStamp/SubFilter/ETSI.RFC3161>>"}
    yield Case("time-stamp with a picture", base.update(more | stamp), MODIFIED | FORMAT)
