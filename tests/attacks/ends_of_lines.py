"""Class 22: several ends of file, other ends of lines. Most are harmless; what is not covered must be white space at most."""

import re

from . import _pdf
from ._case import MODIFIED, FORMAT, Case, accepted, attack
from ._pdf import stream


@attack(22, "seal-last")
def after_the_end(base):
    """White space after the last %%EOF, outside of the range."""
    licence = MODIFIED | FORMAT
    for name, tail in {"LF": b"\n", "CR": b"\r", "CR LF": b"\r\n"}.items():
        answer = licence if base.is_licence else accepted(why="one end of line") | MODIFIED
        yield Case(name, base.data + tail, answer)
    for name, tail in {"three lines": b"\n\n\n", "spaces": b" " * 10, "zeros": b"\0\0", "comment": b"% x\n"}.items():
        yield Case(name, base.data + tail, MODIFIED | FORMAT)


@attack(22, "seal-last")
def covered_end(base):
    """The signed revision ends with another end of line, or none, and it is covered."""
    for name, end in {"CR LF": b"\r\n", "CR": b"\r", "none": b""}.items():
        yield Case(name, base.reseal(finish=lambda data, e=end: data[:-1] + e), accepted())
    for name, end in {"two lines": b"\n\n", "three lines": b"\n\n\n", "space": b" ", "zero": b"\0"}.items():
        yield Case(name, base.reseal(finish=lambda data, e=end: data[:-1] + e), accepted(why="covered, and white space") | FORMAT)


@attack(22, "seal-last")
def end_inside(base):
    """%%EOF or startxref inside a comment, a string or a stream of the signed revision."""
    new = base.pdf.size
    inside = b"%%EOF\nstartxref\n0\n%%EOF\n"
    yield Case("in a stream", base.reseal(add={new: stream(inside)}), accepted())
    yield Case("in a string", base.reseal(add={new: b"(%s)" % inside}), accepted())
    yield Case("in a comment", base.reseal(before=lambda earlier: earlier + b"%%EOF\n% %%EOF\n"), accepted() | FORMAT)


@attack(22, "seal-last table")
def carriage_returns(base):
    """The cross-reference table in the signed revision with other ends of lines."""

    def returns(data):
        at = _pdf.startxref(data)
        head, table, tail = data[:at], *re.split(rb"(?=trailer)", data[at:], maxsplit=1)
        return head + re.sub(rb" \n", b"\r\n", table) + tail

    yield Case("CR LF in entries", base.reseal(finish=returns), accepted())


@attack(22)
def white_space_between_revisions(base):
    """White space and comments between the signed revision and an update that only repeats the store."""
    spaced = base.data + b"\n\n"
    yield Case("update after empty lines", _pdf.append(spaced, {base.pdf.size: b"<<>>"}), MODIFIED | FORMAT | accepted() if not base.is_licence else MODIFIED | FORMAT)
