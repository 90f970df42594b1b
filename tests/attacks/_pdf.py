"""Reads and writes PDF files byte by byte, as somebody does who wants them wrong. Nothing here is strict; `src/pdf/read` is."""

import re
import zlib
from dataclasses import dataclass, field

RANGE, GAP = b"@RANGE@", b"@GAP@"
# Room for the CMS in bytes, where a signature is made anew.
ROOM = 6000


def number_after(data, key, start=0):
    """The integer that follows `key`."""
    return int(re.compile(rb"\s*(-?\d+)").match(data, data.index(key, start) + len(key))[1])


def startxref(data):
    """The offset that the last startxref gives."""
    return number_after(data, b"startxref", data.rindex(b"startxref"))


def in_dict(body, entries):
    """The dictionary with more entries at its end."""
    at = body.rindex(b">>")
    return body[:at] + entries + body[at:]


def stream(content, entries=b"", packed=False):
    """The body of a stream object."""
    if packed:
        content, entries = zlib.compress(content, 9), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


@dataclass
class Section:
    """One cross-reference section: where it stands, its trailer, and `{number: offset or (stream, place) or None}`."""

    at: int
    trailer: bytes
    is_stream: bool
    entries: dict = field(default_factory=dict)


def _table(data, at):
    section = Section(at, b"", False)
    place = at + 4
    head = re.compile(rb"\s*(\d+) (\d+)\s*")
    while match := head.match(data, place):
        place = match.end()
        for number in range(int(match[1]), int(match[1]) + int(match[2])):
            line = data[place : place + 20]
            section.entries[number] = int(line[:10]) if line[17:18] == b"n" else None
            place += 20
    start = data.index(b"trailer", place) + 7
    section.trailer = data[start : data.index(b"startxref", start)].strip()
    return section


def _stream_section(data, at):
    start = data.index(b"obj", at) + 3
    end = data.index(b"stream", start)
    section = Section(at, data[start:end].strip(), True)
    rows = unpacked(data[start : data.index(b"endstream", end) + 9])
    widths = [int(n) for n in re.search(rb"/W\s*\[([\d\s]+)\]", section.trailer)[1].split()]
    index = re.search(rb"/Index\s*\[([\d\s]+)\]", section.trailer)
    ranges = [int(n) for n in index[1].split()] if index else [0, number_after(section.trailer, b"/Size")]
    place = 0
    for first, count in zip(ranges[::2], ranges[1::2]):
        for number in range(first, first + count):
            fields = []
            for width in widths:
                fields.append(int.from_bytes(rows[place : place + width], "big") if width else 1)
                place += width
            section.entries[number] = {0: None, 1: fields[1], 2: (fields[1], fields[2])}[fields[0]]
    return section


def unpacked(body):
    """The bytes of a stream object's body; no filter, or Flate with the predictor that pyHanko and qpdf write."""
    head, rest = body.split(b"stream", 1)
    content = rest[2:] if rest.startswith(b"\r\n") else rest[1:]
    length = re.search(rb"/Length (\d+)(?! \d+ R)", head)
    content = content[: int(length[1])] if length else content[: content.rindex(b"endstream")]
    if b"/FlateDecode" not in head:
        return content
    content = zlib.decompressobj().decompress(content)
    if b"/Predictor" in head:
        width, rows, above = number_after(head, b"/Columns") + 1, b"", bytes(number_after(head, b"/Columns"))
        for at in range(0, len(content), width):
            above = bytes((a + b) & 255 for a, b in zip(content[at + 1 : at + width], above)) if content[at] == 2 else content[at + 1 : at + width]
            rows += above
        return rows
    return content


class Pdf:
    """A well-formed file, read by its cross-reference chain."""

    def __init__(self, data):
        self.data = data
        self.sections = []
        at = startxref(data)
        # Zero marks a place that is not known yet.
        while at:
            section = _table(data, at) if data.startswith(b"xref", at) else _stream_section(data, at)
            self.sections.append(section)
            at = number_after(section.trailer, b"/Prev") if b"/Prev" in section.trailer else None
        self.entries = {}
        for section in reversed(self.sections):
            self.entries |= section.entries
        self.trailer = self.sections[0].trailer
        self.size = number_after(self.trailer, b"/Size")
        self.root = number_after(self.trailer, b"/Root")

    def body(self, number):
        """Everything between `obj` and `endobj`."""
        at = self.entries[number]
        if isinstance(at, tuple):
            packed = unpacked(self.body(at[0]))
            head = self.body(at[0])
            first = number_after(head, b"/First")
            offsets = [int(n) for n in packed[:first].split()[1::2]] + [len(packed) - first]
            return packed[first + offsets[at[1]] : first + offsets[at[1] + 1]].strip()
        start = self.data.index(b"obj", at) + 3
        end = self.data.index(b"endobj", start)
        declared = re.compile(rb"[^\0]*?/Length (\d+)[^\0]{0,300}?stream\r?\n").match(self.data, start, min(end, start + 2000))
        if declared:
            end = self.data.index(b"endobj", declared.end() + int(declared[1]))
        return self.data[start:end].strip()

    def find(self, pattern):
        """The first number whose body matches."""
        return next(number for number in sorted(self.entries) if self.entries[number] is not None and re.search(pattern, self.body(number), re.S))

    def _longer(self, owner, key, more):
        """The changed objects when the array under `key` of object `owner` gets more entries, wherever the array stands."""
        body = self.body(owner)
        if match := re.search(rb"/%s\s*\[[^\]]*" % key, body):
            return {owner: body[: match.end()] + b" " + more + body[match.end() :]}
        if match := re.search(rb"/%s (\d+) 0 R" % key, body):
            number = int(match[1])
            return {number: self.body(number).rstrip(b"] ") + b" " + more + b"]"}
        return {owner: in_dict(body, b"/%s[%s]" % (key, more))}

    def with_fields(self, *numbers):
        """The changed objects when the form gets these fields, too."""
        form = re.search(rb"/AcroForm (\d+) 0 R", self.catalog)
        return self._longer(int(form[1]) if form else self.root, b"Fields", b" ".join(b"%d 0 R" % number for number in numbers))

    def with_annotations(self, *numbers):
        """The changed objects when the first page gets these annotations, too."""
        return self._longer(self.page, b"Annots", b" ".join(b"%d 0 R" % number for number in numbers))

    @property
    def catalog(self):
        """The body of the catalog."""
        return self.body(self.root)

    @property
    def page(self):
        """Number of the first page."""
        return self.find(rb"/Type\s*/Page\b(?!s)")


def revisions(data):
    """Where each revision ends, first to last."""
    return [re.compile(rb"%%EOF\r?\n?").search(data, section.at).end() for section in reversed(Pdf(data).sections)]


def kept(trailer):
    """The entries of a trailer that an update copies: /Root, /Info, /ID."""
    found = [re.search(pattern, trailer, re.S) for pattern in (rb"/Root\s+\d+ \d+ R", rb"/Info\s+\d+ \d+ R", rb"/ID\s*\[.*?\]")]
    return b"".join(match[0] for match in found if match)


def table(offsets):
    """A cross-reference table from `{number: (offset, generation) or None}`."""
    lines, run = [], []
    numbers = sorted(offsets)
    for position, number in enumerate(numbers):
        run.append(number)
        if position + 1 == len(numbers) or numbers[position + 1] != number + 1:
            lines.append(b"%d %d\n" % (run[0], len(run)))
            lines += [b"%010d %05d n \n" % offsets[n] if offsets[n] else b"0000000000 %05d f \n" % (65535 if n == 0 else 1) for n in run]
            run = []
    return b"xref\n" + (b"".join(lines) or b"0 0\n")


def append(data, objects, *, free=(), size=None, prev=None, trailer=None, more=b"", as_stream=None, room=ROOM, generation=None):
    """One incremental update with these `{number: body}`; a body may hold the marks RANGE and GAP of a signature."""
    before = Pdf(data)
    out, offsets = data, {number: None for number in free}
    for number, body in objects.items():
        offsets[number] = (len(out), (generation or {}).get(number, 0))
        out += b"%d %d obj\n%s\nendobj\n" % (number, offsets[number][1], body.replace(RANGE, b"[%40s]" % b"").replace(GAP, b"<%s>" % (b"0" * 2 * room)))
    is_stream = before.sections[0].is_stream if as_stream is None else as_stream
    size = size or max([before.size, *(number + 1 for number in objects)])
    entries = b"%s/Prev %d%s" % (kept(before.trailer) if trailer is None else trailer, startxref(data) if prev is None else prev, more)
    at = len(out)
    if is_stream:
        size = max(size, before.size, *(n + 1 for n in objects)) + 1
        offsets[size - 1] = (at, 0)
        rows = b"".join(b"\x01%s\0\0" % offsets[n][0].to_bytes(4, "big") if offsets[n] else b"\0\0\0\0\0\0\1" for n in sorted(offsets))
        index = b" ".join(b"%d 1" % n for n in sorted(offsets))
        out += b"%d 0 obj\n%s\nendobj\n" % (size - 1, stream(rows, b"/Type/XRef/W[1 4 2]/Index[%s]/Size %d%s" % (index, size, entries)))
    else:
        out += table(offsets) + b"trailer\n<</Size %d%s>>\n" % (size, entries)
    return out + b"startxref\n%d\n%%%%EOF\n" % at


def new(objects, trailer=b"/Root 1 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]", room=ROOM):
    """A whole file of `{number: body}` with a table."""
    out, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {0: None}
    for number, body in objects.items():
        offsets[number] = (len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body.replace(RANGE, b"[%40s]" % b"").replace(GAP, b"<%s>" % (b"0" * 2 * room)))
    for number in range(max(offsets)):
        offsets.setdefault(number, None)
    return out + table(offsets) + b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (max(offsets) + 1, trailer, len(out))


@dataclass
class Seal:
    """A signature in a file, by the places of its parts: offsets of `[` and past `]`, of `<` and past `>`."""

    number: int
    at: int
    end: int
    range_start: int
    range_end: int
    gap_start: int
    gap_end: int

    def numbers(self, data):
        """The numbers of /ByteRange."""
        return [int(number) for number in data[self.range_start + 1 : self.range_end - 1].split()]

    def digits(self, data):
        """The hex digits of /Contents."""
        return data[self.gap_start + 1 : self.gap_end - 1]


def seals(data):
    """Every signature dictionary, in the order of the file."""
    found = []
    for match in re.finditer(rb"/ByteRange\s*(\[[^\]]*\])", data):
        # From the end, because the zeros of a long /Contents are a long number, too.
        word = data.rindex(b" obj", 0, match.start())
        head = re.search(rb"(\d+) \d+$", data[max(0, word - 24) : word])
        at = word - (24 if word >= 24 else word) + head.start()
        end = data.index(b"endobj", match.end())
        gap = re.compile(rb"/Contents\s*(<[0-9a-fA-F]*>)").search(data, at, end)
        if gap:
            found.append(Seal(int(head[1]), at, end, match.start(1), match.end(1), gap.start(1), gap.end(1)))
    return found


def put(data, at, new):
    """The file with other bytes at a place, as many."""
    return data[:at] + new + data[at + len(new) :]


def replaced(data, old, new, last=True):
    """The file with `old` replaced by `new` once, padded with spaces to the same length."""
    assert len(new) <= len(old), (old, new)
    at = data.rindex(old) if last else data.index(old)
    return put(data, at, new.ljust(len(old)))


def with_range(data, numbers, seal=None):
    """The file with other numbers in the byte range, in the same place."""
    seal = seal or seals(data)[-1]
    text = numbers if isinstance(numbers, bytes) else b" ".join(b"%d" % n for n in numbers)
    width = seal.range_end - seal.range_start - 2
    assert len(text) <= width, (text, width)
    return put(data, seal.range_start + 1, text.ljust(width))


def with_digits(data, digits, seal=None):
    """The file with other hex digits in the gap, filled with zeros."""
    seal = seal or seals(data)[-1]
    width = seal.gap_end - seal.gap_start - 2
    assert len(digits) <= width, "the CMS is longer than the room for it"
    return put(data, seal.gap_start + 1, digits.ljust(width, b"0"))


def covered(data, seal=None):
    """The bytes that the newest byte range covers."""
    a, b, c, d = (seal or seals(data)[-1]).numbers(data)
    return data[a : a + b] + data[c : c + d]


def fill(data, make, seal=None):
    """Closes the last open signature: /ByteRange over everything but the gap, then the CMS that `make(covered)` gives."""
    seal = seal or seals(data)[-1]
    data = with_range(data, [0, seal.gap_start, seal.gap_end, len(data) - seal.gap_end], seal)
    return with_digits(data, make(covered(data, seal)).hex().encode(), seal)


def split(data):
    """The last revision taken off: (earlier bytes, {number: body}, its trailer's extra entries)."""
    now = Pdf(data)
    section = now.sections[0]
    end = re.compile(rb"%%EOF\r?\n?").search(data, max(startxref(data[: min(o for o in section.entries.values() if isinstance(o, int) and o)]), 0)).end()
    inside = sorted((at, number) for number, at in section.entries.items() if isinstance(at, int) and at >= end and at != section.at)
    return data[:end], {number: now.body(number) for _, number in inside}, section.trailer


def opened(body, seal, data):
    """The body of a signature dictionary with marks instead of byte range and CMS."""
    return body.replace(data[seal.range_start : seal.range_end], RANGE).replace(data[seal.gap_start : seal.gap_end], GAP)
