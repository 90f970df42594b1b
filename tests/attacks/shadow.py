"""Classes 5 to 7, shadow attacks: the signer's own document was prepared so that a later update shows something else."""

import re

from . import _pdf
from ._case import MODIFIED, Case, accepted, attack, unreadable
from ._hidden import with_hidden
from ._pdf import stream
from .incremental_saving import OVERLAY

EMPTY = stream(b"")


def drawn(base):
    """Numbers of the form and image XObjects, the fonts and the content streams of the first page."""
    pdf = base.pdf
    body = pdf.body(pdf.page)
    numbers = {int(n) for n in re.findall(rb"/(?:Bg|Wm|QR|Photo\w*|F|S\d|D\d) (\d+) 0 R", body)}
    return sorted(numbers)


@attack(5)
def overlay_removed(base):
    """An overlay that was signed disappears: its object is emptied or freed."""
    pdf = base.pdf
    for number in drawn(base)[:3]:
        yield Case(f"object {number} emptied", base.update({number: EMPTY}), MODIFIED)
        yield Case(f"object {number} freed", base.update({}, free=[number]), MODIFIED)
        yield Case(f"object {number} null", base.update({number: b"null"}), MODIFIED)
    yield Case("object freed by generation", base.update({drawn(base)[0]: EMPTY}, generation={drawn(base)[0]: 1}), MODIFIED)
    resources = re.sub(rb"/Resources", b"/XXsources", pdf.body(pdf.page))
    yield Case("resources", base.update({pdf.page: resources}), MODIFIED)


@attack(5, "form")
def field_hidden(base):
    """A field that covers something is hidden by its flags."""
    number = base.pdf.find(rb"/FT\s*/Tx")
    yield Case("flags", base.update({number: base.pdf.body(number).replace(b"/F 4", b"/F 2")}), MODIFIED)
    yield Case("rectangle", base.update({number: re.sub(rb"/Rect\s*\[[^\]]*\]", b"/Rect[0 0 0 0]", base.pdf.body(number))}), MODIFIED)


@attack(6)
def font_replaced(base):
    """A font changes after signing, so that the same codes look otherwise."""
    pdf = base.pdf
    font = pdf.find(rb"/Type\s*/Font\b")
    body = pdf.body(font)
    yield Case("base font", base.update({font: re.sub(rb"/BaseFont\s*/[^/]*", b"/BaseFont/Symbol", body)}), MODIFIED)
    yield Case("encoding", base.update({font: _pdf.in_dict(body, b"/Encoding<</Differences[49/nine]>>")}), MODIFIED)
    yield Case("same font again", base.update({font: body}), MODIFIED | accepted(why="the same value in another place"))


@attack(6, "licence")
def font_file_replaced(base):
    """The embedded font program or the character map is another one."""
    pdf = base.pdf
    for name, pattern in {"program": rb"/Length1 \d+", "map": rb"begincmap", "descriptor": rb"/Type/FontDescriptor"}.items():
        number = pdf.find(pattern)
        yield Case(name, base.update({number: EMPTY if name != "descriptor" else pdf.body(number).replace(b"/Flags 4", b"/Flags 6")}), MODIFIED)


@attack(6)
def form_overlay(base):
    """The appearance of a field changes while its value stays, or a new field covers the page."""
    pdf = base.pdf
    new = pdf.size
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(over)/V(forged)/F 4/P %d 0 R/Rect[0 0 2000 2000]/AP<</N %d 0 R>>>>" % (pdf.page, new + 1)
    appearance = stream(OVERLAY, b"/Type/XObject/Subtype/Form/BBox[0 0 2000 2000]")
    more = {new: field, new + 1: appearance} | pdf.with_annotations(new)
    yield Case("new field", base.update(more | pdf.with_fields(new)), MODIFIED)
    yield Case("only a widget", base.update(more), MODIFIED)


@attack(6, "form p2")
def appearance_only(base):
    """Form filling is allowed, but here only what is shown changes, or more than a value."""
    pdf = base.pdf
    number = pdf.find(rb"/FT\s*/Tx")
    body = pdf.body(number)
    yield Case("rectangle over the page", base.update({number: body.replace(b"[20 20 120 40]", b"[0 0 300 200]")}), MODIFIED)
    yield Case("another name", base.update({number: body.replace(b"/T(sum)", b"/T(cost)")}), MODIFIED)
    yield Case("script", base.update({number: _pdf.in_dict(body, b"/AA<</K<</S/JavaScript/JS(1)>>>>")}), MODIFIED)


@attack(6, "seal-last")
def seal_appearance(base):
    """The picture of the seal changes."""
    pdf = base.pdf
    widget = pdf.find(rb"/FT\s*/Sig")
    body = pdf.body(widget)
    yield Case("flags", base.update({widget: re.sub(rb"/F 132", b"/F 2", body)}), MODIFIED)
    yield Case("moved", base.update({widget: re.sub(rb"/Rect\s*\[[^\]]*\]", b"/Rect[0 0 900 900]", body)}), MODIFIED)
    if b"/AP" in body:
        number = int(re.search(rb"/N (\d+) 0 R", body)[1])
        yield Case("picture", base.update({number: stream(OVERLAY, b"/Type/XObject/Subtype/Form/BBox[0 0 100 100]")}), MODIFIED)


@attack(7, "seal-last table")
def switched_to_hidden(base):
    """The update has no object of its own: its table leads to a definition that slept in the signed bytes."""
    pdf = base.pdf
    number = int(re.search(rb"/Contents\s*\[?\s*(\d+)", pdf.body(pdf.page))[1])
    data, at = with_hidden(base, number, stream(OVERLAY))
    yield Case("content", at_hidden(data, number, at), MODIFIED)
    data, at = with_hidden(base, pdf.page, b"<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R>>")
    yield Case("page", at_hidden(data, pdf.page, at), MODIFIED)
    data, at = with_hidden(base, pdf.root, _pdf.in_dict(pdf.catalog, b"/PageLayout/OneColumn"))
    yield Case("catalog", at_hidden(data, pdf.root, at), MODIFIED)


def at_hidden(data, number, at):
    """An update that is a table alone."""
    pdf = _pdf.Pdf(data)
    section = _pdf.table({number: (at, 0)}) + b"trailer\n<</Size %d%s/Prev %d>>\n" % (pdf.size, _pdf.kept(pdf.trailer), _pdf.startxref(data))
    return data + section + b"startxref\n%d\n%%%%EOF\n" % len(data)


@attack(7, "seal-last table")
def back_to_an_older_state(base):
    """The table leads to the state of an object before the signing revision."""
    pdf = base.pdf
    signing, older = pdf.sections[0], pdf.sections[1]
    same = accepted(why="the catalog was written again, but not changed") if "several" in base.tags else MODIFIED
    answer = MODIFIED | unreadable("NO_SIGNATURE_FIELD") | same
    for number in sorted(set(signing.entries) & set(older.entries)):
        if older.entries[number] and older.entries[number] != signing.entries[number]:
            yield Case(f"object {number}", at_hidden(base.data, number, older.entries[number]), answer)
            return
