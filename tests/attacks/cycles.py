"""Class 27: references in circles: pages, fields, structure, outlines, names, resources, lengths. Signed so by the real key, or made so afterwards."""

import re

from . import _pdf
from ._case import FORMAT, MODIFIED, Case, accepted, attack, invalid, unreadable
from ._pdf import stream

BAD = FORMAT | MODIFIED | unreadable("TOO_MUCH", "NOT_PARSABLE")
SIGNED = accepted(why="no circle hinders the judgement of the signature, and what the signer signed is what is there")


def circles(base):
    """name -> {number: body} of objects that go in circles."""
    pdf = base.pdf
    new, page = pdf.size, pdf.page
    tree = int(re.search(rb"/Pages\s+(\d+)", pdf.catalog)[1])
    body, top = pdf.body(page), pdf.catalog
    kids = lambda numbers: b"<</Type/Pages/Count 1/Kids[%s]>>" % b" ".join(b"%d 0 R" % n for n in numbers)
    contents = re.sub(rb"/Contents\s*(\[[^\]]*\]|\d+ 0 R)", b"/Contents %d 0 R" % new, body)
    return {
        "page tree is its own kid": {tree: kids([tree])},
        "two page trees": {tree: kids([new]), new: b"<</Type/Pages/Count 1/Parent %d 0 R/Kids[%d 0 R]>>" % (tree, tree)},
        "page is its own parent": {page: re.sub(rb"/Parent \d+ 0 R", b"/Parent %d 0 R" % page, body)},
        "page a hundred times": {tree: kids([page] * 100)},
        "contents refer to themselves": {page: contents, new: b"%d 0 R" % new},
        "contents in a circle of two": {page: contents, new: b"%d 0 R" % (new + 1), new + 1: b"%d 0 R" % new},
        "contents an array of itself": {page: contents, new: b"[%d 0 R]" % new},
        "catalog refers to itself": {pdf.root: _pdf.in_dict(top, b"/Legal %d 0 R/Outlines %d 0 R" % (pdf.root, pdf.root))},
        "outlines": {pdf.root: _pdf.in_dict(top, b"/Outlines %d 0 R" % new), new: b"<</First %d 0 R/Last %d 0 R>>" % (new + 1, new + 1), new + 1: b"<</Title(x)/Parent %d 0 R/Next %d 0 R/First %d 0 R>>" % (new, new + 1, new)},
        "names": {pdf.root: _pdf.in_dict(re.sub(rb"/Names\b", b"/Xames", top), b"/Names<</EmbeddedFiles %d 0 R/Dests %d 0 R>>" % (new, new)), new: b"<</Kids[%d 0 R]>>" % new},
        "structure": {pdf.root: _pdf.in_dict(re.sub(rb"/StructTreeRoot\b", b"/XtructTreeRoot", top), b"/StructTreeRoot %d 0 R" % new), new: b"<</Type/StructTreeRoot/K %d 0 R>>" % (new + 1), new + 1: b"<</Type/StructElem/S/P/P %d 0 R/K[%d 0 R]>>" % (new + 1, new + 1)},
        "resources": {page: _pdf.in_dict(re.sub(rb"/Resources\b", b"/Xesources", body), b"/Resources %d 0 R" % new), new: b"<</XObject<</X %d 0 R>>>>" % (new + 1), new + 1: stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources %d 0 R" % new)},
        "length": {page: contents, new: b"<</Length %d 0 R>>\nstream\nBT ET\nendstream" % new},
        "length in two": {page: contents, new: b"<</Length %d 0 R>>\nstream\nBT ET\nendstream" % (new + 1), new + 1: b"<</Length %d 0 R>>\nstream\nBT ET\nendstream" % new},
    }


def form_circles(base):
    """name -> {number: body} where the form goes in circles."""
    pdf = base.pdf
    new = pdf.size
    field = b"<</FT/Sig/T(a)/Kids[%d 0 R]>>"
    return {
        "field is its own kid": pdf.with_fields(new) | {new: field % new},
        "two fields": pdf.with_fields(new) | {new: field % (new + 1), new + 1: field % new},
        "value is the field": pdf.with_fields(new) | {new: b"<</FT/Sig/T(a)/V %d 0 R>>" % new},
        "field twice": pdf.with_fields(new, new) | {new: b"<</FT/Sig/T(a)>>"},
        "parent": pdf.with_fields(new) | {new: b"<</T(a)/Parent %d 0 R>>" % new},
        "deep": pdf.with_fields(new) | {new + n: b"<</T(a)/FT/Sig/Kids[%d 0 R]>>" % (new + n + 1) for n in range(300)},
    }


@attack(27)
def made_afterwards(base):
    """An update brings the circle."""
    for name, objects in (circles(base) | form_circles(base)).items():
        yield Case(name, base.update(objects), BAD)


def sealed(base, objects):
    """The circle stands in the revision that the real key signs."""
    known = _pdf.split(base.data)[1]
    add = {number: body for number, body in objects.items() if number not in known}
    return base.reseal(add=add, edit={number: lambda _, b=body: b for number, body in objects.items() if number in known})


@attack(27, "seal-last")
def signed(base):
    """The circle is signed: a licence cannot be read then; of others the signature may be judged."""
    for name, objects in circles(base).items():
        answer = BAD | invalid("CONTENT_MISMATCH", "NOT_CERTIFIED") | (SIGNED if not base.is_licence or name in HARMLESS else BAD)
        yield Case(name, sealed(base, objects), answer)


# Where no text of a licence is read: it stays what it says.
HARMLESS = ("outlines", "structure", "page is its own parent", "catalog refers to itself")


@attack(27, "seal-last")
def signed_form(base):
    """The form goes in circles: it must be walked to find signatures."""
    for name, objects in form_circles(base).items():
        answer = BAD | (accepted(why="an empty field, or one parent more than needed, changes nothing") if name in ("parent", "field twice") else BAD)
        yield Case(name, sealed(base, objects), answer | accepted_deep(name))


def accepted_deep(name):
    """Fields that nobody walks to the end."""
    return SIGNED if name == "deep" else BAD
