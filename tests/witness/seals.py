"""Takes a sealed document apart, by pyHanko's reader: signatures, time-stamps and validation data as the bytes that other witnesses want."""

import io
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto.cms import ContentInfo
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import NonexistentAttributeError, find_unique_cms_attribute


@dataclass
class Seal:
    """A signature or a document time-stamp: its DER without padding, the bytes that it covers, and the revision that it ends (0 is the first)."""

    is_stamp: bool
    der: bytes
    covered: bytes
    revision: int
    covers_file: bool
    value: bytes
    token: bytes | None = None


@dataclass
class Sealed:
    """What is in a document; validation data is that of the newest revision, each element as DER; `permission` is the P of the certification."""

    seals: list
    certificates: list = field(default_factory=list)
    lists: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    revisions: int = 1
    permission: int | None = None

    @property
    def signatures(self):
        return [seal for seal in self.seals if not seal.is_stamp]

    @property
    def stamps(self):
        return [seal for seal in self.seals if seal.is_stamp]


def _token(signer_info):
    """The signature time-stamp among the unsigned attributes, if there is one."""
    try:
        return find_unique_cms_attribute(signer_info["unsigned_attrs"], "signature_time_stamp_token").dump()
    except NonexistentAttributeError:
        return None


def take_apart(pdf):
    data = Path(pdf).read_bytes()
    reader = PdfFileReader(io.BytesIO(data))
    seals = []
    for signature in reader.embedded_signatures:
        first, until, after, length = (int(number) for number in signature.byte_range)
        assert first == 0
        is_stamp = signature.sig_object.get("/Type") == "/DocTimeStamp"
        seals.append(
            Seal(
                is_stamp=is_stamp,
                der=ContentInfo.load(signature.pkcs7_content).dump(),  # without the padding
                covered=data[:until] + data[after : after + length],
                revision=signature.signed_revision,
                covers_file=after + length == len(data),
                value=signature.signer_info["signature"].native,
                token=None if is_stamp else _token(signature.signer_info),
            )
        )
    sealed = Sealed(seals, revisions=reader.xrefs.total_revisions)
    if "/Perms" in reader.root:
        reference = reader.root["/Perms"]["/DocMDP"]["/Reference"][0]
        sealed.permission = int(reference["/TransformParams"]["/P"])
    store = reader.root.get("/DSS")
    if store is not None:
        store = store.get_object()
        for key, into in (("/Certs", sealed.certificates), ("/CRLs", sealed.lists), ("/OCSPs", sealed.answers)):
            if key in store:
                into += [stream.get_object().data for stream in store[key]]
    return sealed


def write_revocation(pdf, folder):
    """Writes the revocation data of a document into files: {"crls": paths, "ocsps": paths}."""
    folder.mkdir(parents=True, exist_ok=True)
    sealed, files = take_apart(pdf), {"crls": [], "ocsps": []}
    for kind, data in (("crls", sealed.lists), ("ocsps", sealed.answers)):
        for number, der in enumerate(data):
            path = folder / f"{kind}-{number}.der"
            path.write_bytes(der)
            files[kind].append(str(path))
    return files
