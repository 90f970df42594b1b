"""Class 10, spoofed signature dictionary: a later revision defines the signature again, as a reader's report would show it."""

import re

from . import _pdf
from ._case import FORMAT, HASH, MODIFIED, Case, attack, invalid, undecided

REFUSED = FORMAT | MODIFIED


def _body(base):
    return base.data[base.seal.at : base.seal.end].split(b"obj", 1)[1].strip()


@attack(10)
def overridden(base):
    """The same number with other claims."""
    number, body = base.seal.number, _body(base)
    yield Case("identical", base.update({number: body}), REFUSED)
    yield Case("other name", base.update({number: _pdf.in_dict(body, b"/Name(The Mayor)")}), REFUSED)
    yield Case("other time", base.update({number: re.sub(rb"/M\s*\([^)]*\)", b"/M(D:19990101000000Z)", body)}), REFUSED)
    yield Case("reason", base.update({number: _pdf.in_dict(body, b"/Reason(everything)")}), REFUSED)
    yield Case("empty", base.update({number: b"<<>>"}), REFUSED)
    yield Case("stream", base.update({number: _pdf.stream(b"x")}), REFUSED)
    yield Case("freed", base.update({}, free=[number]), REFUSED | unsigned())


def unsigned():
    """A freed signature leaves an unsigned field or a range that nothing reaches."""
    return invalid("UNREACHABLE_SIGNATURE", "MODIFIED_AFTER_SIGNING", "FORMAT_FAILURE") | undecided("SIG_CONSTRAINTS_FAILURE")


@attack(10, "certified")
def permissions(base):
    """The certification allows more than was signed."""
    number, body = base.seal.number, _body(base)
    yield Case("permission 3", base.update({number: re.sub(rb"/P \d", b"/P 3", body)}), REFUSED)
    catalog = base.pdf.catalog
    yield Case("no permissions", base.update({base.pdf.root: catalog.replace(b"/Perms", b"/Xerms")}), MODIFIED)


@attack(10, "licence")
def permissions_of_a_licence(base):
    """The certification of a licence is loosened or dropped."""
    number, body = base.seal.number, _body(base)
    yield Case("permission 3", base.update({number: body.replace(b"/P 2", b"/P 3")}), REFUSED)
    yield Case("no permissions", base.update({base.pdf.root: base.pdf.catalog.replace(b"/Perms", b"/Xerms")}), MODIFIED)


@attack(10)
def copied(base):
    """The field points to a copy under another number, changed or not."""
    pdf = base.pdf
    new = pdf.size
    number = base.seal.number
    field = next(n for n in sorted(pdf.entries) if pdf.entries[n] and re.search(rb"/V %d 0 R" % number, pdf.body(n)))
    moved = pdf.body(field).replace(b"/V %d 0 R" % number, b"/V %d 0 R" % new)
    for name, body in {"copy": _body(base), "changed copy": _pdf.in_dict(_body(base), b"/Name(x)")}.items():
        yield Case(name, base.update({field: moved, new: body}), unsigned())
    yield Case("two fields, one signature", base.update(pdf.with_fields(new) | {new: pdf.body(field).replace(b"/T(", b"/T(Two")}), REFUSED)


@attack(10)
def other_signature(base):
    """The field points to the signature of another document, carried over as it is."""
    other = base.others[0]
    seal = _pdf.seals(other)[-1]
    body = other[seal.at : seal.end].split(b"obj", 1)[1].strip()
    yield Case("carried over", base.update({base.seal.number: body}), REFUSED)
    carried = seal.digits(other)[: base.seal.gap_end - base.seal.gap_start - 2]
    yield Case("CMS carried over", _pdf.with_digits(base.data, carried, base.seal), HASH | FORMAT | undecided("TIMESTAMP_FAILURE"))
