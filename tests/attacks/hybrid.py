"""Class 24, hybrid cross-references: a table for old readers and a stream (/XRefStm) for new ones, so that one file shows two documents."""

from . import _pdf
from ._case import FORMAT, MODIFIED, Case, attack, unreadable
from ._pdf import Pdf, stream
from .incremental_saving import OVERLAY

REFUSED = FORMAT | MODIFIED | unreadable("NOT_PARSABLE")


def hidden_stream(at, number, entries, size, root):
    """A cross-reference stream object with `{number: offset}`."""
    rows = b"".join(b"\x01%s\0\0" % offset.to_bytes(4, "big") for _, offset in sorted(entries.items()))
    index = b" ".join(b"%d 1" % n for n in sorted(entries))
    return b"%d 0 obj\n%s\nendobj\n" % (number, stream(rows, b"/Type/XRef/W[1 4 2]/Index[%s]/Size %d/Root %d 0 R" % (index, size, root)))


def hybrid(data, objects, shown):
    """An update whose table says one thing and whose stream another: `objects` for the stream, `shown` for the table."""
    pdf = Pdf(data)
    out, offsets, others = data, {}, {}
    for place, bodies in ((offsets, shown), (others, objects)):
        for number, body in bodies.items():
            place[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(out)
    own = pdf.size + 50
    out += hidden_stream(at, own, others, own + 1, pdf.root)
    table_at = len(out)
    table = _pdf.table({n: (o, 0) for n, o in offsets.items()}) if offsets else b"xref\n0 0\n"
    trailer = b"trailer\n<</Size %d%s/Prev %d/XRefStm %d>>\n" % (own + 1, _pdf.kept(pdf.trailer), _pdf.startxref(data), at)
    return out + table + trailer + b"startxref\n%d\n%%%%EOF\n" % table_at


@attack(24, "table")
def two_views(base):
    """The stream shows another page than the table."""
    number = 4 if not base.is_licence else base.pdf.find(rb"/Length \d+.{0,40}>>\s*stream")
    other = {number: stream(OVERLAY)}
    yield Case("only in the stream", hybrid(base.data, other, {}), REFUSED)
    yield Case("other in both", hybrid(base.data, other, {number: stream(b"")}), REFUSED)
    yield Case("the same in both", hybrid(base.data, {base.pdf.size: b"<<>>"}, {base.pdf.size: b"<<>>"}), REFUSED)
    yield Case("catalog in the stream", hybrid(base.data, {base.pdf.root: _pdf.in_dict(base.pdf.catalog, b"/Lang(x)")}, {}), REFUSED)


@attack(24, "table")
def broken(base):
    """/XRefStm leads nowhere, to itself, or is no number."""
    data = hybrid(base.data, {base.pdf.size: b"<<>>"}, {})
    at = data.rindex(b"/XRefStm ")
    end = data.index(b">>", at)
    for name, text in {"nowhere": b"999999", "zero": b"0", "negative": b"-1", "name": b"/x", "table": b"%d" % _pdf.startxref(data)}.items():
        yield Case(name, data[:at] + b"/XRefStm %s" % text + data[end:], REFUSED)


@attack(24, "seal-last table")
def signed_hybrid(base):
    """The signed revision itself is hybrid: the real key signs a file of two views."""

    def finish(data):
        at = data.rindex(b"trailer")
        end = data.index(b">>\nstartxref", at)
        table_at = _pdf.startxref(data)
        inside = hidden_stream(table_at, base.pdf.size + 50, {base.pdf.page: base.pdf.entries[base.pdf.page]}, base.pdf.size + 51, base.pdf.root)
        tail = data[table_at:end] + b"/XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (table_at, table_at + len(inside))
        tail = tail.replace(b"/Size %d" % Pdf(data).size, b"/Size %d" % (base.pdf.size + 51))
        return data[:table_at] + inside + tail

    yield Case("hybrid", base.reseal(finish=finish), REFUSED)
