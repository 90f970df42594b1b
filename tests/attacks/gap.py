"""Classes 12 and 13: what stands in the gap besides one plain hex string, and what stands behind the CMS in it. All signed with the real key."""

from . import _pdf
from ._case import CRYPTO, FORMAT, Case, accepted, attack, invalid
from ._cms import integer, oid, seq, signed_data, tlv
from ._pdf import GAP, RANGE

UPPER = invalid("FORMAT_FAILURE", why="a licence has one spelling: lower case")


def with_gap(base, text, inside=None, contents=None):
    """Sealed anew with other text for the value of /Contents: `text(hex digits, width)` makes exactly `width` bytes; `inside` is what the
    covered range leaves out, relative to the value (start, end)."""
    data = base.reseal()
    seal = _pdf.seals(data)[-1]
    width = seal.gap_end - seal.gap_start
    start, end = inside or (0, width)
    chosen = [0, seal.gap_start + start, seal.gap_start + end, len(data) - seal.gap_start - end]
    data = _pdf.with_range(data, chosen, seal)
    # What the range covers of the value must stand before the CMS is made over it.
    for _ in range(2):
        digits = signed_data(data[: chosen[1]] + data[chosen[2] :], base.pki.seal).hex().encode()
        value = (contents or text)(digits, width)
        assert len(value) == width, (len(value), width)
        data = _pdf.put(data, seal.gap_start, value)
    return data


def padded(digits, width):
    """Digits as they should be."""
    return b"<" + digits.ljust(width - 2, b"0") + b">"


@attack(12, "seal-last")
def plain(base):
    """The control: one plain hex string, padded with zeros, is accepted; capitals too, but not on a licence."""
    yield Case("plain", with_gap(base, padded), accepted())
    yield Case("capitals", with_gap(base, lambda d, w: padded(d.upper(), w)), UPPER if base.is_licence else accepted())


@attack(12, "seal-last")
def inside_the_string(base):
    """White space, comments and odd spelling inside the hex string."""
    for name, space in {"space": b" ", "line": b"\n", "zero byte": b"\0", "tab": b"\t", "form feed": b"\f", "return": b"\r"}.items():
        yield Case(name, with_gap(base, lambda d, w, s=space: padded(d[:10] + s * 2 + d[10:], w)), FORMAT)
        yield Case(f"{name} at the end", with_gap(base, lambda d, w, s=space: padded(d, w)[:-2] + s + b">"), FORMAT)
    yield Case("comment", with_gap(base, lambda d, w: padded(d[:10] + b"%x\n" + d[10:], w)), FORMAT)
    yield Case("both cases", with_gap(base, lambda d, w: padded(d[:40].upper() + d[40:], w)), FORMAT)
    yield Case("odd number of digits", with_gap(base, lambda d, w: padded(d, w - 1) + b" "), FORMAT)
    yield Case("bracket inside", with_gap(base, lambda d, w: padded(d + b">0<", w)), FORMAT)


@attack(12, "seal-last")
def around_the_string(base):
    """The gap holds more than the string."""
    yield Case("space before", with_gap(base, lambda d, w: b"  " + padded(d, w - 2)), FORMAT)
    yield Case("space after", with_gap(base, lambda d, w: padded(d, w - 2) + b"  "), FORMAT)
    yield Case("comment after", with_gap(base, lambda d, w: padded(d, w - 10) + b"%comment \n"), FORMAT)
    yield Case("comment before", with_gap(base, lambda d, w: b"%comment \n" + padded(d, w - 10)), FORMAT)
    yield Case("another key after", with_gap(base, lambda d, w: padded(d, w - 20) + b"/Name(somebody else)"), FORMAT)
    yield Case("second contents after", with_gap(base, lambda d, w: padded(d, w - 20) + b"/Contents<00>       "), FORMAT)
    yield Case("second contents before", with_gap(base, lambda d, w: b"<00>/Contents" + padded(d, w - 13)), FORMAT)
    yield Case("array", with_gap(base, lambda d, w: b"[" + padded(d, w - 2) + b"]"), FORMAT)


@attack(12, "seal-last")
def other_values(base):
    """A value that is no hex string."""

    def literal(digits, width):
        raw = bytes.fromhex(digits.decode())
        escaped = b"".join(b"\\%03o" % byte for byte in raw)
        return b"(" + (escaped + b"\\000" * width)[: width - 2 - (width - 2) % 4] + b" " * ((width - 2) % 4) + b")"

    if base.reseal(room=12000):
        wide = with_wide_gap(base, literal)
        if wide:
            yield Case("literal string", wide, FORMAT)
    yield Case("reference", with_gap(base, lambda d, w: b"4 0 R".ljust(w)), FORMAT)


def with_wide_gap(base, text):
    """As `with_gap`, in four times the room, which octal escapes need."""
    data = base.reseal(room=12000)
    seal = _pdf.seals(data)[-1]
    width = seal.gap_end - seal.gap_start
    digits = signed_data(_pdf.covered(data, seal), base.pki.seal).hex().encode()
    return _pdf.put(data, seal.gap_start, text(digits, width))


def with_dictionary(base, change):
    """Sealed anew with another order or set of keys in the signature dictionary."""
    return base.reseal(edit={base.seal.number: change})


@attack(12, "seal-last")
def keys_twice(base):
    """The dictionary has a key twice, before or behind the right one."""
    extra = {"contents before": (b"<<", b"<</Contents<00>"), "contents behind": None, "range before": (b"<<", b"<</ByteRange[0 1 2 3]"), "range behind": None, "sub filter": (b"<<", b"<</SubFilter/adbe.pkcs7.detached"), "type": (b"<<", b"<</Type/DocTimeStamp")}
    for name, pair in extra.items():
        if pair:
            # The generator closes the marked gap, so the attacked key stands first.
            yield Case(name, marked(base, lambda body, p=pair: body.replace(p[0], p[1], 1)), FORMAT)
    yield Case("contents behind", marked(base, lambda body: _pdf.in_dict(body, b"/Contents<00>")), FORMAT)
    yield Case("range behind", marked(base, lambda body: _pdf.in_dict(body, b"/ByteRange[0 1 2 3]")), FORMAT)
    yield Case("escaped name", marked(base, lambda body: _pdf.in_dict(body, b"/Con#74ents<00>")), FORMAT)


def marked(base, change, value=None):
    """Sealed anew after `change` of the dictionary, with the generator's own eyes on the marked gap and range."""
    earlier, objects, trailer = _pdf.split(base.data)
    seal = base.seal
    body = _pdf.opened(objects.pop(seal.number), seal, base.data)
    tokens = {RANGE: b"[1234567890%30s]" % b"", GAP: b"<%s>" % (b"c" * 2 * _pdf.ROOM)}
    body = change(body)
    for token, text in tokens.items():
        body = body.replace(token, text)
    objects[seal.number] = body
    data = _pdf.append(earlier, objects, trailer=_pdf.kept(trailer))
    range_at, gap_at = data.rindex(tokens[RANGE]), data.rindex(tokens[GAP])
    place = _pdf.Seal(seal.number, 0, 0, range_at, range_at + len(tokens[RANGE]), gap_at, gap_at + len(tokens[GAP]))
    if value:
        return value(data, place)
    return _pdf.fill(data, lambda covered: signed_data(covered, base.pki.seal), place)


@attack(12, "seal-last")
def indirect(base):
    """/Contents or /ByteRange stands in another object."""
    new = base.pdf.size + 20

    def moved(mark):
        earlier, objects, trailer = _pdf.split(base.data)
        seal = base.seal
        body = _pdf.opened(objects.pop(seal.number), seal, base.data)
        objects[seal.number] = body.replace(mark, b" %d 0 R" % new)
        objects[new] = mark
        data = _pdf.append(earlier, objects, trailer=_pdf.kept(trailer), size=new + 1)
        import re

        range_match = re.search(rb"\[ {40}\]", data)
        gap_match = re.search(rb"<0{%d}>" % (2 * _pdf.ROOM), data)
        place = _pdf.Seal(seal.number, 0, 0, range_match.start(), range_match.end(), gap_match.start(), gap_match.end())
        return _pdf.fill(data, lambda covered: signed_data(covered, base.pki.seal), place)

    yield Case("contents", moved(GAP), FORMAT)
    yield Case("range", moved(RANGE), FORMAT)


def trailing(base, after, room=None):
    """Sealed anew with more behind the CMS."""
    data = base.reseal()
    seal = _pdf.seals(data)[-1]
    length = len(signed_data(b"", base.pki.seal)) + 40
    digits = seal.digits(data)
    at = len(digits.rstrip(b"0")) + len(digits.rstrip(b"0")) % 2
    del length, room
    return _pdf.put(data, seal.gap_start + 1 + at, after)


@attack(13, "seal-last")
def behind_the_cms(base):
    """Bytes that nobody signed stand behind the DER."""
    digits = base.seal.digits(base.data)
    yield Case("one byte", trailing(base, b"00000001"), FORMAT)
    yield Case("last digit", _pdf.put(base.reseal(), _pdf.seals(base.reseal())[-1].gap_end - 2, b"1"), FORMAT)
    yield Case("text", trailing(base, b"%payload".hex().encode()), FORMAT)
    yield Case("second CMS", trailing(base, digits[:4000]), FORMAT)
    yield Case("program", trailing(base, (b"MZ" + bytes(30) + b"PE\0\0").hex().encode()), FORMAT)
    yield Case("DER null", trailing(base, b"0000050000"), FORMAT)


@attack(13, "seal-last")
def inside_the_cms(base):
    """The DER itself is longer than it must be: long lengths, indefinite lengths, more elements."""

    def of(make):
        data = base.reseal()
        seal = _pdf.seals(data)[-1]
        return _pdf.with_digits(data, make(signed_data(_pdf.covered(data, seal), base.pki.seal)).hex().encode(), seal)

    yield Case("indefinite length", of(lambda der: b"\x30\x80" + der[4:] + b"\0\0"), FORMAT)
    yield Case("long form of the length", of(lambda der: b"\x30\x83\x00" + der[2:]), FORMAT)
    yield Case("one more element", of(lambda der: seq(der[4:], integer(1))), FORMAT)
    yield Case("explicit twice", of(lambda der: seq(oid("1.2.840.113549.1.7.2"), tlv(0xA0, tlv(0xA0, der[4 + 11 :])))), FORMAT)
    yield Case("cut", of(lambda der: der[:-1]), FORMAT | CRYPTO)
    yield Case("length too long", of(lambda der: b"\x30\x82\xff\xff" + der[4:]), FORMAT)
    yield Case("length of four gigabytes", of(lambda der: b"\x30\x84\xff\xff\xff\xff" + der[4:]), FORMAT)
    yield Case("empty", of(lambda der: b""), FORMAT)
    yield Case("deep", of(lambda der: b"\x30\x80" * 2000), FORMAT)
