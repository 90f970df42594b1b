"""Class 28, bombs: small files that grow when they are unpacked, or take long to read."""

import re
import zlib

from . import _pdf
from ._case import FORMAT, MODIFIED, Case, accepted, attack, invalid, unreadable
from ._pdf import stream
from .object_streams import packed, update

BAD = FORMAT | MODIFIED | unreadable("TOO_MUCH", "NOT_PARSABLE")
CONTENT = invalid("CONTENT_MISMATCH")
SIGNED = accepted(why="nobody unpacks it to judge the signature, and it is signed")
ONCE = None


def bomb(size=300 << 20):
    """`size` zeros by Flate, made once."""
    global ONCE
    if ONCE is None or ONCE[0] != size:
        packer = zlib.compressobj(9)
        out = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20))
        ONCE = (size, out + packer.flush())
    return ONCE[1]


def flate(content, entries=b""):
    """A stream that says Flate."""
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def stacked(layers=3):
    """Flate of Flate of Flate."""
    content = bomb()
    for _ in range(layers - 1):
        content = zlib.compress(content, 9)
    return b"<</Filter[%s]/Length %d>>\nstream\n%s\nendstream" % (b"/FlateDecode" * layers, len(content), content)


@attack(28)
def in_the_structure(base):
    """Object streams and cross-reference streams that must be unpacked to read the file."""
    pdf = base.pdf
    new, page = pdf.size, pdf.page
    yield Case("object stream", update(base.data, {page: (new, 0)}, {new: flate(bomb(), b"/Type/ObjStm/N 1/First 10")}), BAD)
    yield Case("stacked object stream", update(base.data, {page: (new, 0)}, {new: stacked().replace(b"<<", b"<</Type/ObjStm/N 1/First 10", 1)}), BAD)
    at = len(base.data)
    entries = b"/Type/XRef/W[1 4 2]/Index[0 44000000]/Size 44000001%s/Prev %d" % (_pdf.kept(pdf.trailer), _pdf.startxref(base.data))
    yield Case("cross-reference stream", base.data + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (new, flate(bomb(), entries), at), BAD)
    parameters = b"/DecodeParms<</Predictor 12/Columns %s>>"
    for name, columns in {"predictor overflow": b"4294967295", "predictor of 64 bit": b"18446744073709551615", "predictor negative": b"-1", "predictor zero": b"0"}.items():
        body = flate(zlib.compress(bytes(500)), b"/Type/XRef/W[1 4 2]/Index[%d 1]/Size %d%s/Prev %d%s" % (new, new + 1, _pdf.kept(pdf.trailer), _pdf.startxref(base.data), parameters % columns))
        yield Case(name, base.data + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (new, body, at), BAD)
    holder = packed({page: b"<<>>"}).replace(b"/N 1", b"/N 1000000000")
    yield Case("a milliard objects claimed", update(base.data, {page: (new, 0)}, {new: holder}), BAD)
    many = {new + n: flate(zlib.compress(bytes(15 << 20)), b"/Type/ObjStm/N 1/First 10") for n in range(40)}
    yield Case("forty object streams of 15 MB", update(base.data, {page + 0: (new, 0)} | {new + 100 + n: (new + n, 0) for n in range(40)}, many), BAD)


@attack(28, "seal-last")
def in_the_page(base):
    """Page content, pictures, fonts, character maps, metadata: signed so by the real key."""
    pdf = base.pdf
    new, page = pdf.size, pdf.page
    of_page = lambda body: {page: re.sub(rb"/Contents\s*(\[[^\]]*\]|\d+ 0 R)", b"/Contents %d 0 R" % new, pdf.body(page)), new: body}
    answer = BAD | CONTENT if base.is_licence else BAD | SIGNED
    yield Case("content", resealed(base, of_page(flate(bomb()))), answer)
    yield Case("stacked content", resealed(base, of_page(stacked())), answer)
    forms = {new + n: stream(b"/X Do " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (new + n + 1)) for n in range(1, 30)}
    draws = of_page(stream(b"/X Do")) | forms
    yield Case("exponential forms", resealed(base, draws), answer)
    nested = stream(b"q " * 500_000 + b"BT ET", packed=True)
    yield Case("a million q", resealed(base, of_page(nested)), answer)
    yield Case("deep arrays in content", resealed(base, of_page(stream(b"[" * 900_000, packed=True))), answer)
    yield Case("long name in content", resealed(base, of_page(stream(b"/" + b"a" * 3_000_000 + b" gs", packed=True))), answer)
    picture = b"/Type/XObject/Subtype/Image/Width 1000000/Height 1000000/BitsPerComponent 8/ColorSpace/DeviceRGB"
    body = re.sub(rb"/Resources\s*<<", b"/Resources<<", pdf.body(page))
    if b"/XObject<<" in body:
        image = {page: re.sub(rb"/QR \d+ 0 R", b"/QR %d 0 R" % new, body), new: flate(bomb(), picture)}
        yield Case("picture", resealed(base, image), answer)


def resealed(base, objects):
    """Signed with these objects."""
    known = _pdf.split(base.data)[1]
    return base.reseal(add={n: b for n, b in objects.items() if n not in known}, edit={n: lambda _, b=b: b for n, b in objects.items() if n in known})


@attack(28, "licence seal-last")
def in_the_data(base):
    """The payload, the token, a character map or the metadata is the bomb."""
    pdf = base.pdf
    for name, pattern in {"payload": rb"licence\.json", "token": rb"licence-qr"}.items():
        spec = pdf.body(pdf.find(rb"/Filespec.*" + pattern))
        number = int(re.search(rb"/F (\d+) 0 R", spec)[1])
        yield Case(name, resealed(base, {number: flate(bomb(), b"/Type/EmbeddedFile")}), BAD | CONTENT | invalid("NOT_CERTIFIED", "QR_TAMPERED"))
    deep = b"[" * 200_000
    number = int(re.search(rb"/F (\d+) 0 R", pdf.body(pdf.find(rb"/Filespec.*licence\.json")))[1])
    yield Case("deep JSON", resealed(base, {number: stream(deep, b"/Type/EmbeddedFile")}), BAD | CONTENT)
    yield Case("long number in JSON", resealed(base, {number: stream(b"9" * 2_000_000, b"/Type/EmbeddedFile")}), BAD | CONTENT)
    font_map = pdf.find(rb"begincmap")
    ranges = b"begincmap 100 beginbfrange\n" + b"<0000><ffff><0041>\n" * 200_000 + b"endbfrange endcmap"
    yield Case("character map", resealed(base, {font_map: stream(ranges, packed=True)}), BAD | CONTENT)
    yield Case("character map of zeros", resealed(base, {font_map: flate(bomb())}), BAD | CONTENT)
    laughs = b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'>" + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)) + b"]><x>&u;</x>"
    yield Case("entities in metadata", resealed(base, {pdf.find(rb"/Type/Metadata"): stream(laughs, b"/Type/Metadata/Subtype/XML")}), BAD | CONTENT | SIGNED)
    yield Case("metadata", resealed(base, {pdf.find(rb"/Type/Metadata"): flate(bomb(), b"/Type/Metadata/Subtype/XML")}), BAD | CONTENT | SIGNED)


@attack(28)
def in_the_syntax(base):
    """Deep nesting, long numbers, names, strings and comments in objects that must be read."""
    pdf = base.pdf
    top = pdf.catalog
    texts = {
        "deep arrays": b"[" * 100_000,
        "deep arrays, closed": b"[" * 50_000 + b"]" * 50_000,
        "deep dictionaries": b"<</A" * 50_000,
        "long number": b"1" * 1_000_000,
        "long name": b"/" + b"a" * 5_000_000,
        "long string": b"(" + b"a" * 5_000_000 + b")",
        "open string": b"(" * 1_000_000,
        "long comment": b"%" + b"a" * 5_000_000 + b"\nnull",
        "many values": b"[" + b"0 " * 3_000_000 + b"]",
        "many keys": b"<<" + b"".join(b"/K%d 0" % n for n in range(300_000)) + b">>",
        "many references": b"[" + b"1 0 R " * 1_000_000 + b"]",
        "same key many times": b"<<" + b"/K 0" * 500_000 + b">>",
    }
    for name, text in texts.items():
        yield Case(name, base.update({pdf.root: _pdf.in_dict(top, b"/Legal " + text)}), BAD)


@attack(28, "table")
def in_the_form(base):
    """Very many fields, annotations, pages, signatures."""
    pdf = base.pdf
    new = pdf.size
    fields = {new + n: b"<</FT/Sig/T(f%d)>>" % n for n in range(20_000)}
    yield Case("20 000 fields", base.update(pdf.with_fields(*fields) | fields), BAD)
    signatures = {new + 2 * n: b"<</FT/Sig/T(f%d)/V %d 0 R>>" % (n, new + 2 * n + 1) for n in range(200)}
    values = {number + 1: base.data[base.seal.at : base.seal.end].split(b"obj", 1)[1].strip() for number in signatures}
    yield Case("200 signatures", base.update(pdf.with_fields(*signatures) | signatures | values), BAD | invalid("UNREACHABLE_SIGNATURE"))
    tree = int(re.search(rb"/Pages\s+(\d+)", pdf.catalog)[1])
    pages = {new + n: b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]>>" % tree for n in range(20_000)}
    yield Case("20 000 pages", base.update({tree: b"<</Type/Pages/Count 20000/Kids[%s]>>" % b" ".join(b"%d 0 R" % n for n in pages)} | pages), BAD)
    yield Case("50 MB of white space", base.data + b" " * (50 << 20), BAD)
    yield Case("60 MB of comment in the gap", base.data[: base.seal.gap_end] + b"%" * (58 << 20) + base.data[base.seal.gap_end :], BAD)
    yield Case("many /ByteRange", base.update({new: b"[" + b"/ByteRange" * 300_000 + b"]"}), BAD | invalid("UNREACHABLE_SIGNATURE"))
    yield Case("many %%EOF", base.data + b"startxref\n0\n%%EOF\n" * 200_000, BAD)


@attack(28, "seal-last")
def in_the_cms(base):
    """The CMS itself: large, deep, with very many elements."""
    from ._cms import attribute, oid, seq, tlv

    many = [attribute(f"1.2.3.{n}", tlv(0x05)) for n in range(2000)]
    answer = FORMAT | SIGNED | invalid("SIG_CRYPTO_FAILURE")
    yield Case("2000 signed attributes", base.reseal(attributes=lambda a: a + many, room=40_000), answer)
    yield Case("2000 certificates", base.reseal(certificates=lambda c: c + [base.pki.root.certificate] * 1000, room=900_000), answer | undecided())
    deep = b""
    for _ in range(5000):
        deep = seq(deep)
    yield Case("deep attribute", base.reseal(attributes=lambda a: [*a, attribute("1.2.3.4", deep)], room=60_000), answer)
    yield Case("deep certificate", base.reseal(certificates=lambda c: [deep, *c], room=60_000), answer | undecided())
    yield Case("2 MB of it", base.reseal(attributes=lambda a: [*a, attribute("1.2.3.4", tlv(0x04, bytes(2 << 20)))], room=2_200_000), answer)
    long_oid = tlv(0x06, b"\xff" * 100_000 + b"\x01")
    yield Case("long object identifier", base.reseal(attributes=lambda a: [*a, seq(long_oid, tlv(0x31, oid("1.2.3")))], room=110_000), answer)


def undecided():
    """Certificates that no path uses make a licence incomplete."""
    from ._case import undecided as answer

    return answer("SIG_CONSTRAINTS_FAILURE", "NO_SIGNING_CERTIFICATE_FOUND", "CERTIFICATE_CHAIN_GENERAL_FAILURE", "NO_CERTIFICATE_CHAIN_FOUND")
