"""Foreign programs that judge one document; each function returns a list of complaints, empty when the witness is content."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import zxingcpp
from PIL import Image

import dss

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


def mutool(pdf):
    """Structure and pages by MuPDF: nothing to repair, no warning on any page."""
    with tempfile.TemporaryDirectory() as folder:
        done = run("mutool", "draw", "-q", "-r", "36", "-o", f"{folder}/%d.png", pdf)
        drawn = len(list(Path(folder).iterdir()))
    said = "\n".join(line for line in done.stderr.splitlines() if line != "warning: ICC support is not available")
    return [] if done.returncode == 0 and drawn and not said else [f"mutool: {drawn} pages drawn: {said[-300:]}"]


def trust_database(root, folder):
    """A database of NSS that trusts `root` and nothing else."""
    for arguments in (("-N", "--empty-password"), ("-A", "-n", "root", "-t", "C,C,C", "-i", root)):
        done = run("certutil", arguments[0], "-d", folder, *arguments[1:])
        if done.returncode != 0:
            raise RuntimeError(f"certutil: {done.stderr}")


def pdfsig(pdf, level="B-B", root=None):
    """Signature mathematics by poppler: one valid signature; up to B-T over the whole file, at B-LTA the last time-stamp is. With `root` also trust,
    by NSS, for which the OCSP responder that is named in the certificates must answer."""
    with tempfile.TemporaryDirectory() as folder:
        # Not with -no-ocsp, under which poppler 22.12 finds an “unknown issue” in every certificate.
        trust = ["-nocert"]
        if root is not None:
            trust_database(root, folder)
            trust = ["-nssdir", folder]
        said = run("pdfsig", *trust, pdf).stdout
    parts = re.split(r"^Signature #\d+:$", said, flags=re.M)[1:]
    # poppler does not judge document time-stamps, whose kind it calls unknown.
    signatures = [part for part in parts if "- Signature Type: unknown" not in part]
    if len(signatures) != 1:
        return [f"pdfsig: {len(signatures)} signatures: {said.strip()[-200:]}"]
    complaints = []
    trusted = ["- Certificate Validation: Certificate is Trusted."] if root is not None else []
    for line in ["- Signature Type: ETSI.CAdES.detached", "- Signature Validation: Signature is Valid.", *trusted]:
        if line not in signatures[0]:
            complaints.append(f"pdfsig does not say {line!r}: {signatures[0][-300:]}")
    covering = {"B-B": parts[:1], "B-T": parts[:1], "B-LT": [], "B-LTA": parts[-1:]}[level]
    if any("- Total document signed" not in part for part in covering):
        complaints.append("pdfsig: not the total document is signed")
    if (level == "B-LTA") != (len(parts) > 1):
        complaints.append(f"pdfsig: {len(parts) - 1} time-stamps")
    return complaints


def pyhanko_command(pdf, root):
    """The command line of pyHanko with its own ideas: integrity, trust, what changed later; revocation is left to pyhanko_ades."""
    done = run("pyhanko", "sign", "validate", "--executive-summary", "--no-revocation-check", "--trust-replace", "--trust", root, pdf)
    fine = done.returncode == 0 and re.fullmatch(r"[^\n]+:VALID\n", done.stdout)
    return [] if fine else [f"pyhanko-cli: {(done.stdout + done.stderr).strip()[-300:]}"]


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
