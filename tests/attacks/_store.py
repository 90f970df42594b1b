"""Appends validation data (DSS) and time-stamps to a document, as long-term signatures have them; right ones and wrong ones."""

import datetime
import hashlib

from . import _pdf
from ._cms import token
from ._pdf import GAP, RANGE, Pdf, stream


def key_of(data, seal):
    """The name of a signature in /VRI: SHA-1 over the decoded /Contents."""
    return hashlib.sha1(bytes.fromhex(seal.digits(data).decode())).hexdigest().upper().encode()


def with_store(data, certificates=(), lists=(), answers=(), related=True, more=b"", packed=False, streams=None):
    """The document with a document security store."""
    pdf = Pdf(data)
    new = pdf.size
    objects, kinds = {}, {}
    for kind, values in {b"Certs": certificates, b"CRLs": lists, b"OCSPs": answers}.items():
        kinds[kind] = []
        for value in values:
            number = new + 1 + len(objects)
            objects[number] = (streams or stream)(value, packed=packed) if not streams else streams(value)
            kinds[kind].append(b"%d 0 R" % number)
    store = b"".join(b"/%s[%s]" % (kind, b" ".join(values)) for kind, values in kinds.items() if values)
    if related is True:
        inner = b"".join(b"/%s[%s]" % (kind[:-1], b" ".join(values)) for kind, values in kinds.items() if values)
        store += b"/VRI<<%s>>" % b"".join(b"/%s<<%s>>" % (key_of(data, seal), inner) for seal in _pdf.seals(data))
    elif related:
        store += related
    objects = {pdf.root: _pdf.in_dict(without_store(pdf.catalog), b"/DSS %d 0 R" % new), new: b"<</Type/DSS%s%s>>" % (store, more)} | objects
    return _pdf.append(data, objects)


def without_store(catalog):
    """A catalog without its /DSS."""
    import re

    return re.sub(rb"/DSS\s+\d+ 0 R", b"", catalog)


def with_document_stamp(data, signer, moment=None, name=b"Stamp1", dictionary=b"", rectangle=b"[0 0 0 0]", make=None, kind=b"DocTimeStamp", filter=b"ETSI.RFC3161", room=_pdf.ROOM, widget=b""):
    """The document with a document time-stamp over all of it; `make(covered)` gives another token."""
    pdf = Pdf(data)
    new = pdf.size
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/F 132/P %d 0 R/Rect%s/V %d 0 R%s>>" % (name, pdf.page, rectangle, new + 1, widget)
    stamp = b"<</Type/%s/Filter/Adobe.PPKLite/SubFilter/%s%s/ByteRange%s/Contents%s>>" % (kind, filter, dictionary, RANGE, GAP)
    objects = pdf.with_fields(new)
    for number, body in pdf.with_annotations(new).items():
        assert number not in objects
        objects[number] = body
    data = _pdf.append(data, objects | {new: field, new + 1: stamp}, room=room)
    return _pdf.fill(data, make or (lambda covered: token(covered, signer, moment or datetime.datetime.now(datetime.timezone.utc))))
