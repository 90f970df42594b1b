"""Class 11: the numbers of /ByteRange. Where it can be done the real key signs exactly what the wrong numbers cover, so that no digest helps."""

from . import _pdf
from ._case import FORMAT, HASH, MODIFIED, Case, attack
from ._cms import signed_data


def resigned(base, numbers, text=None, tail=b""):
    """Sealed anew over `numbers(gap start, gap end, length)`, written as `text` where it is no list of integers."""

    def finish(data):
        return data + tail

    open_data = base.reseal(finish=finish)
    seal = _pdf.seals(open_data)[-1]
    chosen = numbers(seal.gap_start, seal.gap_end, len(open_data))
    data = _pdf.with_range(open_data, text(*chosen) if text else chosen, seal)
    pairs = list(zip(chosen[::2], chosen[1::2]))
    digested = b"".join(data[max(0, at) : max(0, at) + max(0, length)] for at, length in pairs)
    return _pdf.with_digits(data, signed_data(digested, base.pki.seal).hex().encode(), seal)


NUMBERS = {
    "nothing covered": lambda a, b, end: [0, 0, 0, 0],
    "head uncovered": lambda a, b, end: [8, a - 8, b, end - b],
    "one byte of the head uncovered": lambda a, b, end: [1, a - 1, b, end - b],
    "tail uncovered": lambda a, b, end: [0, a, b, end - b - 6],
    "table uncovered": lambda a, b, end: [0, a, b, 10],
    "tail empty": lambda a, b, end: [0, a, b, 0],
    "tail beyond the end": lambda a, b, end: [0, a, b, end - b + 1],
    "gap one wider before": lambda a, b, end: [0, a - 1, b, end - b],
    "gap one wider after": lambda a, b, end: [0, a, b + 1, end - b - 1],
    "gap much wider": lambda a, b, end: [0, a - 90, b, end - b],
    "gap one narrower before": lambda a, b, end: [0, a + 1, b, end - b],
    "gap one narrower after": lambda a, b, end: [0, a, b - 1, end - b + 1],
    "no gap": lambda a, b, end: [0, a, a, end - a],
    "overlap": lambda a, b, end: [0, b, a, end - a],
    "everything twice": lambda a, b, end: [0, end, 0, end],
    "reversed": lambda a, b, end: [b, end - b, 0, a],
    "two numbers": lambda a, b, end: [0, a],
    "two numbers, all": lambda a, b, end: [0, end],
    "three numbers": lambda a, b, end: [0, a, b],
    "six numbers": lambda a, b, end: [0, a, b, 10, b + 10, end - b - 10],
    "eight numbers": lambda a, b, end: [0, 10, 10, a - 10, b, 10, b + 10, end - b - 10],
    "five numbers": lambda a, b, end: [0, a, b, end - b, 0],
    "negative start": lambda a, b, end: [-1, a, b, end - b],
    "negative length": lambda a, b, end: [0, a, b, -5],
    "all negative": lambda a, b, end: [-9, -9, -9, -9],
    "zero": lambda a, b, end: [0, 0, b, end - b],
}
TEXTS = {
    "reals": lambda a, b, c, d: b"%d.0 %d.0 %d.0 %d.0" % (a, b, c, d),
    "32 bit overflow": lambda a, b, c, d: b"0 %d %d %d" % (b, c + (1 << 32), d),
    "64 bit overflow": lambda a, b, c, d: b"0 %d %d %d" % (b, c, (1 << 63) - 1),
    "wraps around": lambda a, b, c, d: b"0 %d %d 18446744073709551615" % (b, c),
    "no number": lambda a, b, c, d: b"0 %d %d null" % (b, c),
    "nested": lambda a, b, c, d: b"[0 %d] %d %d" % (b, c, d),
    "references": lambda a, b, c, d: b"0 1 0 R %d %d" % (c, d),
    "names": lambda a, b, c, d: b"0 %d /%d %d" % (b, c, d),
    "hexadecimal": lambda a, b, c, d: b"0 %d <%x> %d" % (b, c, d),
}


@attack(11, "seal-last")
def numbers(base):
    """Numbers that do not cover the file but for the gap; the real key signs what they cover."""
    for name, choose in NUMBERS.items():
        yield Case(name, resigned(base, choose), FORMAT)


@attack(11, "seal-last")
def texts(base):
    """Four things that are not four integers; what is signed would be right."""
    for name, write in TEXTS.items():
        yield Case(name, resigned(base, lambda a, b, end: [0, a, b, end - b], write), FORMAT)


@attack(11, "seal-last")
def in_place(base):
    """The numbers changed without a new signature."""
    zero, gap_start, gap_end, tail = base.seal.numbers(base.data)
    for name, chosen in {"shorter tail": [zero, gap_start, gap_end, tail - 1], "longer tail": [zero, gap_start, gap_end, tail + 1], "shifted": [1, gap_start, gap_end, tail]}.items():
        yield Case(name, _pdf.with_range(base.data, chosen), FORMAT | HASH)


@attack(11, "seal-last")
def uncovered_tail(base):
    """Validly signed up to a point in the middle of the file; the rest is anybody's."""
    tail = b"4 0 obj\n<<>>\nendobj\n"
    yield Case("objects", resigned(base, lambda a, b, end: [0, a, b, end - b - len(tail)], tail=tail), FORMAT | MODIFIED)
    yield Case("comment", resigned(base, lambda a, b, end: [0, a, b, end - b - 8], tail=b"%%EOF   "), FORMAT | MODIFIED)
