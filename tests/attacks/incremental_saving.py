"""Classes 2 and 3, incremental saving: something is appended after the signature, with or without a cross-reference section."""

import re

from . import _pdf
from ._case import FORMAT, MODIFIED, Case, accepted, attack, invalid, undecided, unreadable
from ._pdf import Pdf, stream

OVERLAY = b"1 1 1 rg 0 0 2000 2000 re f BT /F 30 Tf 40 90 Td (forged) Tj ET"
SPOILED = FORMAT | MODIFIED


def other_content(pdf):
    """The first page with an overlay: {number: body}."""
    body = pdf.body(pdf.page)
    contents = re.search(rb"/Contents\s*(\[[^\]]*\]|\d+ 0 R)", body)
    new = pdf.size
    old = contents[1].strip(b"[]")
    return {pdf.page: body.replace(contents[0], b"/Contents[%s %d 0 R]" % (old, new)), new: stream(OVERLAY)}


@attack(2)
def page_content(base):
    """The page gets more content, or its content stream is replaced."""
    pdf = base.pdf
    yield Case("more", base.update(other_content(pdf)), MODIFIED)
    number = int(re.search(rb"/Contents\s*\[?\s*(\d+)", pdf.body(pdf.page))[1])
    yield Case("other", base.update({number: stream(OVERLAY)}), MODIFIED)
    yield Case("free", base.update({pdf.size: b"null"}, free=[number]), MODIFIED)


@attack(2)
def pages(base):
    """A page is added, or the page tree is another one."""
    pdf = base.pdf
    tree = int(re.search(rb"/Pages\s+(\d+)", pdf.catalog)[1])
    new = pdf.size
    body = re.sub(rb"/Kids\s*\[", b"/Kids[%d 0 R " % new, pdf.body(tree))
    body = re.sub(rb"/Count (\d+)", lambda match: b"/Count %d" % (int(match[1]) + 1), body)
    leaf = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 300 200]/Contents %d 0 R>>" % (tree, new + 1)
    yield Case("first", base.update({tree: body, new: leaf, new + 1: stream(OVERLAY)}), MODIFIED)
    catalog = pdf.catalog.replace(b"/Pages %d 0 R" % tree, b"/Pages %d 0 R" % new)
    own = b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (new + 1)
    leaf = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 300 200]/Contents %d 0 R>>" % (new, new + 2)
    yield Case("tree", base.update({pdf.root: catalog, new: own, new + 1: leaf, new + 2: stream(OVERLAY)}), MODIFIED)


@attack(2)
def catalog(base):
    """The catalog is another one, gets an action, or loses something."""
    pdf = base.pdf
    yield Case("open action", base.update({pdf.root: _pdf.in_dict(pdf.catalog, b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>")}), MODIFIED)
    yield Case("page mode", base.update({pdf.root: _pdf.in_dict(pdf.catalog, b"/PageMode/UseNone")}), MODIFIED)
    moved = pdf.size
    new = _pdf.kept(pdf.trailer).replace(b"/Root %d 0 R" % pdf.root, b"/Root %d 0 R" % moved)
    yield Case("elsewhere", base.update({moved: pdf.catalog}, trailer=new), MODIFIED)
    for key in re.findall(rb"/(?:Perms|Names|AF|Metadata|MarkInfo|Extensions)\b", pdf.catalog):
        yield Case(f"without {key.decode()}", base.update({pdf.root: pdf.catalog.replace(key, b"/X" + key[1:])}), MODIFIED)


@attack(2, "licence")
def data_of_the_licence(base):
    """What the licence says is another text: payload, token, metadata, information."""
    pdf = base.pdf
    for name, pattern in {"payload": rb"/Filespec.*licence\.json", "token": rb"/Filespec.*licence-qr", "metadata": rb"/Type/Metadata"}.items():
        number = pdf.find(pattern)
        body = pdf.body(number)
        yield Case(name, base.update({number: body.replace(b"/Type", b"/X 1/Type", 1)}), MODIFIED)
    info = int(re.search(rb"/Info (\d+)", pdf.trailer)[1])
    yield Case("information", base.update({info: b"<</Title(forged)>>"}), MODIFIED)
    yield Case("other information", base.update({pdf.size: b"<</Title(forged)>>"}, trailer=pdf.trailer[2:-2].replace(b"/Info %d" % info, b"/Info %d" % pdf.size).split(b"/Prev")[0] + _pdf.kept(pdf.trailer)[-90:]), SPOILED)


@attack(2)
def orphans(base):
    """New objects that nothing refers to: they may be the store of a later attack."""
    pdf = base.pdf
    answer = MODIFIED if base.is_licence else MODIFIED | accepted(why="programs leave such objects behind; what is shown is what was signed")
    for name, body in {"page": b"<</Type/Page/MediaBox[0 0 9 9]>>", "script": b"<</S/JavaScript/JS(1)>>", "stream": stream(OVERLAY), "file": b"<</Type/Filespec/F(x.exe)>>"}.items():
        yield Case(name, base.update({pdf.size: body}), answer)
    yield Case("empty update", base.update({}), MODIFIED | accepted(why="it changes nothing"))


@attack(2)
def two_updates(base):
    """One update changes, the next one changes back, with other bytes in between."""
    changed = base.update(other_content(base.pdf))
    once = Pdf(changed)
    back = _pdf.append(changed, {once.page: base.pdf.body(base.pdf.page)})
    yield Case("content and back", back, MODIFIED)


@attack(2, "table")
def other_form_of_section(base):
    """The update has the other form of cross-reference section."""
    yield Case("stream after table", base.update(other_content(base.pdf), as_stream=True), SPOILED)


@attack(2, "streams")
def table_after_stream(base):
    """A table follows a cross-reference stream."""
    yield Case("table after stream", base.update(other_content(base.pdf), as_stream=False), SPOILED)


@attack(2)
def jump(base):
    """/Prev leads past the signed revision, to the one before it."""
    sections = base.pdf.sections
    if len(sections) > 1:
        before = sections[-1].at
        yield Case("past the seal", base.update(other_content(base.pdf), prev=before), invalid("FORMAT_FAILURE", "MODIFIED_AFTER_SIGNING", "UNREACHABLE_SIGNATURE") | unsigned())


def unsigned():
    """The jump may also leave a file in which nothing is signed."""
    return unreadable("NO_SIGNATURE_FIELD") | invalid("NOT_CERTIFIED") | undecided("SIG_CONSTRAINTS_FAILURE")


@attack(3)
def objects_alone(base):
    """Objects after the end, without a section."""
    page = base.pdf.page
    body = b"%d 0 obj\n<</Type/Page>>\nendobj\n" % page
    yield Case("objects", base.data + body, SPOILED)
    yield Case("objects and end", base.data + body + b"%%EOF\n", SPOILED)
    yield Case("objects and old startxref", base.data + body + b"startxref\n%d\n%%%%EOF\n" % _pdf.startxref(base.data), SPOILED)
    yield Case("objects and a startxref of nothing", base.data + body + b"startxref\n0\n%%EOF\n", SPOILED)


@attack(3)
def trailer_alone(base):
    """A trailer without a table, or a table without a trailer."""
    pdf = base.pdf
    objects = b"%d 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" % pdf.size
    trailer = b"trailer\n<</Size %d/Root %d 0 R>>\n" % (pdf.size + 1, pdf.size)
    yield Case("trailer", base.data + objects + trailer, SPOILED)
    yield Case("trailer and end", base.data + objects + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(base.data) + len(objects)), SPOILED)
    yield Case("table", base.data + objects + b"xref\n%d 1\n%010d 00000 n \nstartxref\n%d\n%%%%EOF\n" % (pdf.size, len(base.data), len(base.data) + len(objects)), SPOILED)
    yield Case("table, no startxref", base.data + objects + b"xref\n%d 1\n%010d 00000 n \n%s" % (pdf.size, len(base.data), trailer), SPOILED)


@attack(3)
def garbage(base):
    """Bytes that are no PDF after the end."""
    for name, tail in {"word": b"garbage", "comment": b"% a comment\n", "second end": b"%%EOF\n", "zeros": b"\0" * 64, "zip": b"PK\x03\x04" + bytes(60), "file": b"%PDF-1.4\n%%EOF\n"}.items():
        white = accepted(why="white space") if name == "zeros" and "longterm" in base.tags else SPOILED
        yield Case(name, base.data + tail, SPOILED | white)
    yield Case("whole other file", base.data + base.others[0], invalid("FORMAT_FAILURE", "MODIFIED_AFTER_SIGNING"))
    yield Case("before the head", b"junk\n" + base.data, SPOILED | unreadable("NOT_A_PDF"))
    yield Case("whole other file before", base.others[0] + base.data, invalid("FORMAT_FAILURE", "MODIFIED_AFTER_SIGNING"))
