"""Class 25, object streams: streams in streams, wrong types, numbers and places, circles. In updates, and in what the real key signs."""

from . import _pdf
from ._case import FORMAT, MODIFIED, Case, accepted, attack, invalid, unreadable
from ._pdf import Pdf, stream

BAD = FORMAT | MODIFIED | unreadable("TOO_MUCH", "NOT_PARSABLE")


def packed(objects, more=b"", kind=b"/ObjStm", count=None, first=None, numbers=None):
    """The body of an object stream with these `{number: body}`."""
    head, content = b"", b""
    for number, body in objects.items():
        head += b"%d %d " % ((numbers or {}).get(number, number), len(content))
        content += body + b" "
    entries = b"/Type%s/N %d/First %d%s" % (kind, len(objects) if count is None else count, len(head) if first is None else first, more)
    return stream(head + content, entries)


def update(data, places, bodies, as_base=None):
    """An update by a cross-reference stream: `bodies` stand in the file, `places` says `{number: (stream, place)}` of what is in streams."""
    pdf = Pdf(data)
    out, entries = data, {}
    for number, body in bodies.items():
        entries[number] = b"\x01%s\0\0" % len(out).to_bytes(4, "big")
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    for number, (holder, place) in places.items():
        entries[number] = b"\x02%s%s" % (holder.to_bytes(4, "big"), place.to_bytes(2, "big"))
    own = max([pdf.size, *entries]) + 1
    at = len(out)
    entries[own] = b"\x01%s\0\0" % at.to_bytes(4, "big")
    index = b" ".join(b"%d 1" % n for n in sorted(entries))
    rows = b"".join(entries[n] for n in sorted(entries))
    prev = b"/Prev %d" % _pdf.startxref(data) if as_base is None else b""
    out += b"%d 0 obj\n%s\nendobj\n" % (own, stream(rows, b"/Type/XRef/W[1 4 2]/Index[%s]/Size %d%s%s" % (index, own + 1, _pdf.kept(pdf.trailer), prev)))
    return out + b"startxref\n%d\n%%%%EOF\n" % at


@attack(25)
def page_from_a_stream(base):
    """The page is defined again in an object stream, rightly or wrongly."""
    pdf = base.pdf
    new, page, body = pdf.size, pdf.page, pdf.body(pdf.page)
    other = {page: _pdf.in_dict(body, b"/Rotate 90")}
    cases = {
        "other page": packed(other),
        "wrong type": packed(other, kind=b"/XRef"),
        "no type": packed(other, kind=b"/None"),
        "number of another": packed(other, numbers={page: 1}),
        "count too large": packed(other, count=1000),
        "count huge": packed(other, count=2**31),
        "count negative": packed(other, count=-1),
        "count zero": packed(other, count=0),
        "first beyond the end": packed(other, first=100_000),
        "first negative": packed(other, first=-1),
        "first zero": packed(other, first=0),
        "extends itself": packed(other, b"/Extends %d 0 R" % new),
        "extends nothing": packed(other, b"/Extends 999999 0 R"),
        "a stream inside": packed({page: stream(b"BT ET")}),
        "an object inside": packed({page: b"%d 0 obj\n<<>>\nendobj" % page}),
        "a reference inside": packed({page: b"%d 0 R" % page}),
        "filter unknown": packed(other, b"/Filter/LZWDecode"),
        "filter fails": packed(other, b"/Filter/FlateDecode"),
        "no stream": b"<</Type/ObjStm/N 1/First 4>>",
    }
    for name, holder in cases.items():
        yield Case(name, update(base.data, {page: (new, 0)}, {new: holder}), BAD)
    yield Case("wrong place", update(base.data, {page: (new, 7)}, {new: packed(other)}), BAD)
    yield Case("in itself", update(base.data, {page: (new, 0), new: (new, 0)}, {}), BAD)
    yield Case("two streams in each other", update(base.data, {page: (new, 0), new: (new + 1, 0), new + 1: (new, 0)}, {}), BAD)
    yield Case("holder is a page", update(base.data, {pdf.root: (page, 0)}, {}), BAD)
    yield Case("holder does not exist", update(base.data, {page: (new + 77, 0)}, {}), BAD)
    yield Case("circle of extends", update(base.data, {page: (new, 0)}, {new: packed(other, b"/Extends %d 0 R" % (new + 1)), new + 1: packed({1: b"<<>>"}, b"/Extends %d 0 R" % new)}), BAD)


@attack(25)
def signature_from_a_stream(base):
    """The signature dictionary itself is put into an object stream."""
    pdf = base.pdf
    number, new = base.seal.number, pdf.size
    body = base.data[base.seal.at : base.seal.end].split(b"obj", 1)[1].strip()
    yield Case("moved", update(base.data, {number: (new, 0)}, {new: packed({number: body})}), BAD)
    yield Case("catalog moved, changed", update(base.data, {pdf.root: (new, 0)}, {new: packed({pdf.root: _pdf.in_dict(pdf.catalog, b"/Lang(x)")})}), BAD)


@attack(25, "streams seal-last")
def length_in_a_stream(base):
    """A /Length that leads into the very object stream that it belongs to; signed so by the real key."""
    new = base.pdf.size + 3
    body = packed({new + 1: b"20"}).replace(b"/Length %d" % len(b"%d 0 20 " % (new + 1)), b"/Length %d 0 R" % (new + 1))
    fine = accepted(why="signed, and nobody needs it")
    yield Case("own length", base.reseal(add={new: body}), BAD | fine)


@attack(25)
def widths(base):
    """A cross-reference stream with widths, indexes and data that do not fit."""
    pdf = base.pdf
    at = len(base.data)
    kept = _pdf.kept(pdf.trailer) + b"/Prev %d" % _pdf.startxref(base.data)
    own = pdf.size
    row = b"\x01" + at.to_bytes(4, "big") + b"\0\0"
    for name, entries, rows in (
        ("widths 0", b"/W[0 0 0]/Index[%d 1]" % own, row),
        ("widths huge", b"/W[1 4000000000 2]/Index[%d 1]" % own, row),
        ("widths negative", b"/W[1 -4 2]/Index[%d 1]" % own, row),
        ("two widths", b"/W[1 4]/Index[%d 1]" % own, row),
        ("five widths", b"/W[1 4 2 0 0]/Index[%d 1]" % own, row),
        ("index odd", b"/W[1 4 2]/Index[%d]" % own, row),
        ("index negative", b"/W[1 4 2]/Index[-1 1]", row),
        ("index huge", b"/W[1 4 2]/Index[%d 4000000000]" % own, row),
        ("index too long", b"/W[1 4 2]/Index[%d 9]" % own, row),
        ("data too long", b"/W[1 4 2]/Index[%d 1]" % own, row * 9),
        ("no data", b"/W[1 4 2]/Index[%d 1]" % own, b""),
        ("unknown kind", b"/W[1 4 2]/Index[%d 1]" % own, b"\x07" + row[1:]),
        ("no widths", b"/Index[%d 1]" % own, row),
        ("twice", b"/W[1 4 2]/Index[%d 1 %d 1]" % (own, own), row * 2),
    ):
        body = b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, stream(rows, b"/Type/XRef/Size %d%s%s" % (own + 1, entries, kept)), at)
        yield Case(name, base.data + body, BAD | invalid("UNREACHABLE_SIGNATURE"))
