"""Class 29: the signed file itself acts, hides, or shows what others hold. A licence never does; of others' files it is said."""

import re

from . import _pdf
from ._case import Case, accepted, attack, invalid
from ._pdf import stream
from .bombs import resealed

CONTENT = invalid("CONTENT_MISMATCH")
REPORTED = accepted("ACTIVE_CONTENT", why="what the signer signed, though a viewer may show it otherwise: it is said")


def answer(base):
    """What is owed: a licence is refused, of others it is reported."""
    return CONTENT if base.is_licence else REPORTED


SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"


@attack(29, "seal-last")
def in_the_catalog(base):
    """Scripts, actions and switches in the catalog."""
    pdf = base.pdf
    new = pdf.size + 9
    entries = {
        "open action": b"/OpenAction" + SCRIPT,
        "open action, launch": b"/OpenAction<</S/Launch/F(x.exe)>>",
        "additional actions": b"/AA<</WC%s>>" % SCRIPT,
        "optional content": b"/OCProperties<</OCGs[%d 0 R]/D<</OFF[%d 0 R]>>>>" % (new, new),
        "portfolio": b"/Collection<</View/T>>",
        "requirements": b"/Requirements[<</S/EnableJavaScripts>>]",
    }
    if not re.search(rb"/Names\b", pdf.catalog):
        entries["script by name"] = b"/Names<</JavaScript<</Names[(x)%s]>>>>" % SCRIPT
    for name, text in entries.items():
        change = {pdf.root: _pdf.in_dict(pdf.catalog, text), new: b"<</Type/OCG/Name(x)>>"}
        yield Case(name, resealed(base, change), answer(base))


@attack(29, "licence seal-last")
def names_of_a_licence(base):
    """Scripts among the names of a licence, beside its files."""
    pdf = base.pdf
    catalog = re.sub(rb"/Names\s*<<", b"/Names<</JavaScript<</Names[(x)%s]>>" % SCRIPT, pdf.catalog, count=1)
    yield Case("script", resealed(base, {pdf.root: catalog}), CONTENT)
    catalog = re.sub(rb"/EmbeddedFiles\s*<<\s*/Names\s*\[", b"/EmbeddedFiles<</Names[(another.exe)%d 0 R " % pdf.find(rb"/Filespec"), pdf.catalog, count=1)
    yield Case("another file", resealed(base, {pdf.root: catalog}), CONTENT | accepted(why="an attachment more shows nothing on the page"))


@attack(29, "seal-last")
def on_the_page(base):
    """Annotations with actions, actions of the page, pictures and forms of others, contents elsewhere."""
    pdf = base.pdf
    new = pdf.size + 9
    page = pdf.body(pdf.page)
    yield Case("action of the page", resealed(base, {pdf.page: _pdf.in_dict(page, b"/AA<</O%s>>" % SCRIPT)}), answer(base))
    for name, action in {"script": SCRIPT, "launch": b"<</S/Launch/F(x)>>", "submit": b"<</S/SubmitForm/F(http://x)>>", "go to remote": b"<</S/GoToR/F(x.pdf)/D[0/Fit]>>", "import": b"<</S/ImportData/F(x)>>"}.items():
        link = b"<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A%s>>" % action
        yield Case(f"link, {name}", resealed(base, pdf.with_annotations(new) | {new: link}), answer(base))
    for name, kind in {"movie": b"Movie", "rich media": b"RichMedia", "screen": b"Screen", "3D": b"3D"}.items():
        yield Case(f"annotation {name}", resealed(base, pdf.with_annotations(new) | {new: b"<</Type/Annot/Subtype/%s/Rect[0 0 99 99]>>" % kind}), answer(base))


@attack(29, "seal-last")
def elsewhere(base):
    """What is shown stands in another file."""
    pdf = base.pdf
    new = pdf.size + 9
    contents = re.sub(rb"/Contents\s*(\[[^\]]*\]|\d+ 0 R)", b"/Contents %d 0 R" % new, pdf.body(pdf.page))
    outside = b"<</Length 0/F(http://attacker.example/x)>>\nstream\n\nendstream"
    yield Case("contents", resealed(base, {pdf.page: contents, new: outside}), answer(base))
    body = pdf.body(pdf.page)
    for name, more in {
        "reference": stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Ref<</F(other.pdf)/Page 0>>"),
        "picture": stream(b"", b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/F(http://attacker.example/x.jpg)"),
        "alternates": stream(b"\0", b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Alternates[<</Image %d 0 R/DefaultForPrinting true>>]" % new),
    }.items():
        key = b"/XObject<<" if b"/XObject<<" in body else b"/Resources<<"
        text = b"/XObject<</Evil %d 0 R" % new if key == b"/XObject<<" else b"/Resources<</XObject<</Evil %d 0 R>>" % new
        body_of = body.replace(key, text, 1) if key in body else re.sub(rb"/Resources\s*<<", text, body, count=1)
        yield Case(name, resealed(base, {pdf.page: body_of, new: more}), CONTENT | accepted(why="it is not drawn") if base.is_licence or name == "alternates" else REPORTED)


@attack(29, "form seal-last")
def in_the_form(base):
    """XFA, calculations, and fields that act."""
    pdf = base.pdf
    number = pdf.find(rb"/FT\s*/Tx")
    form = re.search(rb"/AcroForm (\d+) 0 R", pdf.catalog)
    owner = int(form[1]) if form else pdf.root
    key = rb"/Fields"
    yield Case("XFA", resealed(base, {owner: pdf.body(owner).replace(key, b"/XFA(x)/Fields", 1)}), REPORTED)
    yield Case("field with a script", base_resealed_field(base, number), REPORTED)


def base_resealed_field(base, number):
    """The text field, in the signed revision, with a script."""
    return resealed(base, {number: _pdf.in_dict(base.pdf.body(number), b"/AA<</C%s>>" % SCRIPT)})
