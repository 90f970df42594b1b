"""Foreign programs that judge one document; each function returns a list of complaints, empty when the witness is content."""

import io
import json
import logging
import re
import subprocess
import tempfile
from pathlib import Path

import dss
import zxingcpp
from PIL import Image
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)

PAYLOAD_NAME = "licence.json"
TOKEN_NAME = "licence-qr.txt"


def run(*command):
    """Runs a command and returns what it did; a command that cannot be started is an error of the test, not of the document."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=300)


def qpdf(pdf):
    """Structure: no error, no warning, nothing to repair."""
    done = run("qpdf", "--check", pdf)
    said = (done.stdout + done.stderr).strip()
    clean = done.returncode == 0 and "No syntax or stream encoding errors found" in said and "WARNING" not in said
    return [] if clean else [f"qpdf: {said[-300:]}"]


def pdfsig(pdf):
    """Signature mathematics by poppler: one signature, valid, over the whole file."""
    said = run("pdfsig", pdf).stdout
    verdicts = re.findall(r"- Signature Validation: (.*)", said)
    complaints = []
    if verdicts != ["Signature is Valid."]:
        complaints.append(f"pdfsig: {verdicts or said.strip()[-200:]}")
    if "- Total document signed" not in said or "Not total document signed" in said:
        complaints.append("pdfsig: not the total document is signed")
    return complaints


def pyhanko(pdf, root):
    """PAdES by pyHanko: one certifying signature, intact, valid, trusted through `root`, over the entire file, and nothing after it."""
    try:
        reader = PdfFileReader(io.BytesIO(Path(pdf).read_bytes()))
        signatures = reader.embedded_signatures
        if len(signatures) != 1:
            return [f"pyHanko: {len(signatures)} signatures"]
        signature = signatures[0]
        context = ValidationContext(trust_roots=[load_cert_from_pemder(root)], other_certs=[], allow_fetching=False)
        status = validate_pdf_signature(signature, context)
        certified = reader.root["/Perms"]["/DocMDP"]["/Contents"] if "/Perms" in reader.root else None
        attributes = [attribute["type"].native for attribute in signature.signer_info["signed_attrs"]]
    except Exception as error:  # whatever pyHanko stumbles over is its verdict on the document
        return [f"pyHanko: {type(error).__name__}: {error}"]
    facts = {
        "intact": status.intact,
        "valid": status.valid,
        "trusted": status.trusted,
        "bottom line": status.bottom_line,
        "covers the entire file": status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        "not modified": status.modification_level in (None, ModificationLevel.NONE),
        "certified with P=2 or P=1": signature.docmdp_level in (MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS),
        "certification named in /Perms": certified == signature.sig_object["/Contents"],
        "SubFilter ETSI.CAdES.detached": signature.sig_object.get("/SubFilter") == "/ETSI.CAdES.detached",
        "signing-certificate-v2 once": attributes.count("signing_certificate_v2") == 1,
        "no signing-time attribute": "signing_time" not in attributes,
    }
    return [f"pyHanko: not true: {fact}" for fact, holds in facts.items() if not holds]


def verapdf(pdfs, flavours=("3b", "ua1")):
    """Archive and accessibility rules by veraPDF, all files in one JVM: {file: complaints}."""
    done = run(dss.command("verapdf"), ",".join(flavours), *pdfs)
    complaints = {str(pdf): [] for pdf in pdfs}
    judged = {str(pdf): set() for pdf in pdfs}
    for line in done.stdout.splitlines():
        parts = line.split("\t")
        if len(parts) == 4 and parts[0] in complaints:
            judged[parts[0]].add(parts[1])
            if parts[2] != "pass":
                complaints[parts[0]].append(f"veraPDF {parts[1]}: {parts[2]} {parts[3][:600]}")
    for pdf, seen in judged.items():
        for flavour in set(flavours) - seen:
            complaints[pdf].append(f"veraPDF {flavour}: no answer: {done.stderr.strip()[-300:]}")
    return complaints


def fonts(pdf):
    """Every font embedded, as a subset, with a way back to Unicode."""
    done = run("pdffonts", pdf)
    rows = done.stdout.splitlines()[2:]
    if done.returncode != 0 or not rows:
        return [f"pdffonts: no fonts: {done.stderr.strip()[-200:]}"]
    # The last seven columns are `encoding emb sub uni object generation`, the encoding one word.
    return [f"pdffonts: not embedded, subset and with Unicode: {row}" for row in rows if row.split()[-5:-2] != ["yes"] * 3]


def attachments(pdf):
    """Attached files by name, taken out by poppler."""
    with tempfile.TemporaryDirectory() as folder:
        run("pdfdetach", "-saveall", "-o", folder, pdf)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def text(pdf):
    """What poppler reads on each page, in its ordinary reading order."""
    return run("pdftotext", "-enc", "UTF-8", pdf, "-").stdout.split("\f")[:-1]


def says(page, value):
    """Whether the text of a page holds `value` exactly, save for line breaks that the renderer put into it."""
    words = [r"[ \t]*\n?[ \t]*".join(map(re.escape, word)) for word in value.split()]
    return re.search(r"\s+".join(words), page) is not None


def face(pdf, payload):
    """Every face value of the payload stands on its page."""
    pages = text(pdf)
    complaints = []
    if len(pages) != len(payload["pages"]):
        complaints.append(f"pdftotext: {len(pages)} pages, the payload has {len(payload['pages'])}")
    for number, (page, printed) in enumerate(zip(pages, payload["pages"]), 1):
        for field in printed["fields"]:
            if not says(page, field["text"]):
                complaints.append(f"pdftotext: page {number} does not say {field['slot']} = {field['text']!r}")
    return complaints


def zxing(picture):
    """Texts that zxing-cpp reads in a picture."""
    with Image.open(picture) as image:
        return {code.text for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)}


def zbar(picture):
    """Texts that zbarimg reads in a picture."""
    return set(run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture).stdout.splitlines())


# zbar wants a sharper picture of a whole page than zxing-cpp does.
READERS = {"zxing-cpp at 150 dpi": (150, zxing), "zbarimg at 300 dpi": (300, zbar)}


def symbols(pdf):
    """Texts of the QR codes in the rendered pages: {reader: texts}."""
    found = {}
    for reader, (dpi, read) in READERS.items():
        with tempfile.TemporaryDirectory() as folder:
            run("pdftoppm", "-r", dpi, "-gray", pdf, f"{folder}/page")
            found[reader] = set().union(*map(read, sorted(Path(folder).iterdir())))
    return found


def qr(pdf, expected):
    """An independent reader sees the expected text and no other."""
    return [f"{reader}: reads {sorted(texts)!r}"[:400] for reader, texts in symbols(pdf).items() if texts != {expected}]


def payload(pdf, qr_text):
    """The payload as attached, or None, and complaints about the attachments."""
    files = attachments(pdf)
    if set(files) != {PAYLOAD_NAME, TOKEN_NAME}:
        return None, [f"pdfdetach: attached are {sorted(files)}"]
    complaints = []
    if files[TOKEN_NAME].decode() != qr_text:
        complaints.append(f"pdfdetach: {TOKEN_NAME} is not the text of the QR code")
    value = json.loads(files[PAYLOAD_NAME])
    # RFC 8785; our keys are ASCII and our numbers small integers, so that Python's order and spelling are the canonical ones.
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if canonical != files[PAYLOAD_NAME]:
        complaints.append(f"pdfdetach: {PAYLOAD_NAME} is not canonical")
    return value, complaints
