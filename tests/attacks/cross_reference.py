"""Class 23: cross-reference tricks, in an update after the seal and in the revision that the real key signs."""

import re

from . import _pdf
from ._case import FORMAT, MODIFIED, Case, accepted, attack, unreadable
from ._pdf import stream

BAD = FORMAT | MODIFIED | unreadable("TOO_MUCH", "NOT_PARSABLE")


@attack(23)
def chains(base):
    """/Prev leads in a circle, to itself, forwards, or nowhere."""
    body = {base.pdf.size: b"<<>>"}
    end = len(base.data)
    place = end + len(b"%d 0 obj\n<<>>\nendobj\n" % base.pdf.size)
    for name, prev in {"itself": place, "forwards": place + 500, "nowhere": 10**12 - 1, "the head": 0, "middle of an object": 20, "negative": -5}.items():
        yield Case(name, base.update(body, prev=prev), BAD)
    for name, text in {"text": b"(x)", "real": b"1.5", "reference": b"1 0 R", "name": b"/x"}.items():
        data = base.update(body)
        at = data.rindex(b"/Prev")
        old = re.compile(rb"/Prev \d+").match(data, at)[0]
        yield Case(f"a {name}", data[:at] + (b"/Prev" + text).ljust(len(old)) + data[at + len(old) :], BAD)


@attack(23, "seal-last table")
def circle(base):
    """The older section points to the newer one: overwritten in place, and signed so by the real key."""
    sections = base.pdf.sections

    def before(earlier):
        at = earlier.rindex(b"startxref")
        trailer = earlier.rindex(b">>", 0, at)
        return earlier[:trailer] + b"/Prev %10d" % 0 + earlier[trailer:]

    def closed(data):
        old = data.index(b"/Prev %10d" % 0)
        return _pdf.put(data, old, b"/Prev %10d" % _pdf.startxref(data))

    if len(sections) == 2:
        yield Case("two sections", base.reseal(before=before, finish=closed), BAD)
        yield Case("first points to itself", base.reseal(before=before, finish=lambda data: _pdf.put(data, data.index(b"/Prev %10d" % 0), b"/Prev %10d" % sections[1].at)), BAD)


@attack(23)
def sizes(base):
    """/Size is too small, absent, negative, huge."""
    pdf = base.pdf
    body = {pdf.size: b"<<>>"}
    for name, size in {"smaller": 3, "huge": 2**31, "beyond 64 bit": 2**64 + 1}.items():
        yield Case(name, base.update(body, size=size), BAD | (accepted(why="streams are sized by their writer") if pdf.sections[0].is_stream and size == 3 and not base.is_licence else BAD))
    data = base.update(body)
    at = data.rindex(b"/Size")
    for name, text in {"absent": b"/Sixe", "negative": b"/Size -1 %"}.items():
        end = data.index(b"/", at + 1)
        yield Case(name, data[:at] + text[: end - at].ljust(end - at).replace(b"%", b" ") + data[end:], BAD)


@attack(23, "table")
def numbers(base):
    """Object numbers and offsets that are out of bounds."""
    pdf = base.pdf
    start = len(base.data)
    trailer = b"trailer\n<</Size %d%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (pdf.size + 5, _pdf.kept(pdf.trailer), _pdf.startxref(base.data), start)
    tables = {
        "huge number": b"xref\n4294967295 1\n0000000010 00000 n \n",
        "number beyond 64 bit": b"xref\n99999999999999999999 1\n0000000010 00000 n \n",
        "huge count": b"xref\n0 4294967295\n0000000010 00000 n \n",
        "million entries claimed": b"xref\n0 1000000\n0000000010 00000 n \n",
        "negative": b"xref\n-1 1\n0000000010 00000 n \n",
        "offset beyond the end": b"xref\n%d 1\n9999999999 00000 n \n" % pdf.page,
        "offset in the middle": b"xref\n%d 1\n0000000123 00000 n \n" % pdf.page,
        "offset of another object": b"xref\n%d 1\n%010d 00000 n \n" % (pdf.page, pdf.entries[pdf.root] if isinstance(pdf.entries[pdf.root], int) else 15),
        "letters": b"xref\n%d 1\nabcdefghij 00000 n \n" % pdf.page,
        "twice": b"xref\n%d 1\n0000000015 00000 n \n%d 1\n0000000015 00000 n \n" % (pdf.page, pdf.page),
        "19 bytes": b"xref\n%d 2\n0000000015 00000 n\n0000000015 00000 n\n" % pdf.page,
        "no entry": b"xref\n%d 1\n" % pdf.page,
        "object 0 in use": b"xref\n0 1\n0000000015 00000 n \n",
        "unknown kind": b"xref\n%d 1\n0000000015 00000 x \n" % pdf.page,
        "free catalog": b"xref\n%d 1\n0000000000 00001 f \n" % pdf.root,
    }
    for name, table in tables.items():
        yield Case(name, base.data + table + trailer, BAD)


@attack(23, "table")
def generations(base):
    """A generation that is not the one that is asked for."""
    pdf = base.pdf
    for generation in (1, 65535):
        yield Case(f"page of generation {generation}", base.update({pdf.page: pdf.body(pdf.page)}, generation={pdf.page: generation}), BAD)
    table = _pdf.table({pdf.page: (pdf.entries[pdf.page], 1)})
    yield Case("table says 1, object says 0", base.data + table + b"trailer\n<</Size %d%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (pdf.size, _pdf.kept(pdf.trailer), _pdf.startxref(base.data), len(base.data)), BAD)
    table = _pdf.table({pdf.page: (pdf.entries[pdf.page], 99999)})
    yield Case("generation 99999", base.data + table + b"trailer\n<</Size %d%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (pdf.size, _pdf.kept(pdf.trailer), _pdf.startxref(base.data), len(base.data)), BAD)


@attack(23)
def trailers(base):
    """The newest trailer leads elsewhere, or to nothing."""
    pdf = base.pdf
    body = {pdf.size: b"<<>>"}
    identity = re.search(rb"/ID\s*\[.*?\]", _pdf.kept(pdf.trailer), re.S)
    for name, root in {"none": b"", "a number": b"/Root 5", "a stream": b"/Root %d 0 R" % pdf.find(rb"stream"), "free": b"/Root %d 0 R" % (pdf.size + 9), "the page": b"/Root %d 0 R" % pdf.page, "direct": b"/Root<</Type/Catalog>>"}.items():
        yield Case(f"root {name}", base.update(body, trailer=root + (identity[0] if identity else b"")), BAD | unreadable("NO_SIGNATURE_FIELD"))
    if identity and base.is_licence:
        yield Case("other ID", base.update(body, trailer=b"/Root %d 0 R/ID[<00><00>]" % pdf.root), BAD)


@attack(23)
def orphan_sections(base):
    """The end says one place, the section stands at another; or there are two."""
    body = {base.pdf.size: b"<<>>"}
    data = base.update(body)
    at = data.rindex(b"startxref")
    for name, number in {"one off": _pdf.startxref(data) + 1, "zero": 0, "beyond the end": len(data) + 9, "old one": _pdf.startxref(base.data)}.items():
        yield Case(name, data[:at] + b"startxref\n%d\n%%%%EOF\n" % number, BAD)
    yield Case("no number", data[:at] + b"startxref\n%%EOF\n", BAD)
    yield Case("two numbers", data[:at] + b"startxref\n%d\n%d\n%%%%EOF\n" % (_pdf.startxref(data), 0), BAD)
    yield Case("20 digits", data[:at] + b"startxref\n%020d\n%%%%EOF\n" % _pdf.startxref(data), BAD)


@attack(23, "seal-last")
def lengths(base):
    """A /Length that does not fit, in the revision that the real key signs: the object is looked at by nobody, or it is the page."""
    new = base.pdf.size
    for name, length in {"short": b"1", "long": b"100000000", "negative": b"-1", "itself": b"%d 0 R" % new, "another": b"%d 0 R" % base.pdf.page, "absent": b"null"}.items():
        body = stream(b"BT ET").replace(b"/Length 5", b"/Length " + length)
        edit = {base.pdf.page: lambda old, n=new: re.sub(rb"/Contents\s*(\[[^\]]*\]|\d+ 0 R)", b"/Contents %d 0 R" % n, old)}
        answer = BAD | invalid_content() if base.is_licence else BAD | accepted(why="nobody needs this object to judge the signature, and it is signed")
        yield Case(name, base.reseal(add={new: body}, edit=edit), answer)


def invalid_content():
    """The page of a licence can then not be read."""
    from ._case import invalid

    return invalid("CONTENT_MISMATCH")


def many_sections(base, count):
    """A document with a great many empty updates."""
    data = base.data
    for _ in range(count):
        pdf_end = _pdf.startxref(data)
        data += b"xref\n0 0\ntrailer\n<</Size %d%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (base.pdf.size, _pdf.kept(base.pdf.trailer), pdf_end, len(data))
    return data


@attack(23, "table")
def revisions(base):
    """Thousands of revisions."""
    yield Case("10", many_sections(base, 10), BAD | accepted(why="they change nothing"))
    yield Case("3000", many_sections(base, 3000), BAD)


