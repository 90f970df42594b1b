"""Documents that their signer prepared for a later change: what shadow attacks start from."""

from . import _pdf


def with_hidden(base, number, body):
    """Sealed anew with a second definition of object `number` in the signed bytes that no table knows; and its offset."""
    hidden = b"%d 0 obj\n%s\nendobj\n" % (number, body)
    place = []

    def before(earlier):
        place.append(len(earlier))
        table = _pdf.startxref(earlier)
        return earlier + hidden + b"startxref\n%d\n%%%%EOF\n" % table

    data = base.reseal(before=before)
    return data, place[0]
