"""Class 1, universal signature forgery: the parts that make a signature are dropped, emptied or garbled in place."""

import re

from . import _pdf
from ._case import FORMAT, HASH, Case, attack, invalid, undecided, unreadable

# The offsets stay, so that only the signature is wrong.
REFUSED = FORMAT | undecided("SIG_CONSTRAINTS_FAILURE")
# What is covered was changed: the digest tells, if nothing before it does.
CHANGED = HASH | REFUSED
UNSIGNED = REFUSED | invalid("UNREACHABLE_SIGNATURE", "MODIFIED_AFTER_SIGNING", "NOT_CERTIFIED") | unreadable("NO_SIGNATURE_FIELD")


def _renamed(base, key, new=b"X"):
    """The signature dictionary with one key renamed."""
    seal = base.seal
    at = base.data.index(key, seal.at, seal.end)
    return _pdf.put(base.data, at + 1, new)


@attack(1, "seal-last")
def without_a_key(base):
    """A key that the signature needs is gone."""
    for key in (b"/ByteRange", b"/Contents"):
        yield Case(key.decode(), _renamed(base, key), FORMAT)


@attack(1, "seal-last")
def without_a_name(base):
    """The dictionary no longer says what it is."""
    yield Case("Type", _renamed(base, b"/Type"), CHANGED)
    for key in (b"/SubFilter", b"/Filter"):
        yield Case(key.decode(), _renamed(base, key), CHANGED)
    yield Case("other SubFilter", base.data.replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detacheX"), REFUSED)


@attack(1, "seal-last")
def contents(base):
    """/Contents is empty, null, zero, random or no string."""
    seal = base.seal
    width = seal.gap_end - seal.gap_start

    def gap(text):
        return _pdf.put(base.data, seal.gap_start, text.ljust(width))

    yield Case("zeros", _pdf.with_digits(base.data, b""), FORMAT)
    yield Case("letters", _pdf.with_digits(base.data, b"ab" * ((width - 2) // 2)), FORMAT)
    yield Case("empty", gap(b"<>"), FORMAT)
    yield Case("null", gap(b"null"), FORMAT)
    yield Case("absent", gap(b"()"), FORMAT)
    yield Case("number", gap(b"0"), FORMAT)
    yield Case("reference to itself", gap(b"%d 0 R" % seal.number), FORMAT)
    yield Case("no end", _pdf.put(base.data, seal.gap_end - 1, b"0"), FORMAT)
    yield Case("not hex", _pdf.put(base.data, seal.gap_start + 1, b"zz"), FORMAT)


@attack(1, "seal-last")
def byte_range(base):
    """/ByteRange is null, empty, or says nothing."""
    seal = base.seal
    width = seal.range_end - seal.range_start
    for name, text in {"null": b"null", "empty": b"[]", "zeros": b"[0 0 0 0]", "nulls": b"[null null null null]", "names": b"[/a /b /c /d]", "string": b"(0 1 2 3)", "nothing": b""}.items():
        yield Case(name, _pdf.put(base.data, seal.range_start, text.ljust(width)), FORMAT)


@attack(1, "seal-last")
def without_value(base):
    """The field no longer points to its signature, so that it looks unsigned."""
    number = b"/V %d 0 R" % base.seal.number
    at = base.data.rindex(number)
    yield Case("null", _pdf.put(base.data, at, b"/V null".ljust(len(number))), UNSIGNED)
    yield Case("renamed", _pdf.put(base.data, at, b"/W"), UNSIGNED)
    both = _pdf.put(base.data, at, b"/V null".ljust(len(number)))
    both = re.sub(rb"/ByteRange", b"/ByteRangX", both)
    yield Case("and the dictionary hidden", both, UNSIGNED)


@attack(1, "seal-last")
def without_form(base):
    """The catalog loses its form by an update, so that nothing looks signed."""
    catalog = re.sub(rb"/AcroForm", b"/AcroXorm", base.pdf.catalog)
    yield Case("update", base.update({base.pdf.root: catalog}), UNSIGNED)
