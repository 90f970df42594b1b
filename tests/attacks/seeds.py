"""Writes the seed corpora of the fuzz targets (`fuzz/seeds/`): small genuine inputs and small attacks, with the example keys.

    python3 -m attacks.seeds     (in tests/, with the packages of tests/witness/requirements.txt)
"""

import io
import json
import struct
from pathlib import Path

from . import _bases, _pki, byte_range, gap, object_streams, time_stamps
from ._cms import token
from ._pdf import seals

TOP = Path(__file__).resolve().parents[2]
SEEDS = TOP / "fuzz" / "seeds"
MOST = 40_000


def write(target, name, data):
    """One seed."""
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    if len(data) <= MOST:
        (folder / name).write_bytes(data)


def documents(pki):
    """PDF files and the CMS in them."""
    for name, (data, _) in _bases.foreign(pki).items():
        for target in ("pdf_parse", "examine"):
            write(target, f"{name}.pdf", data)
        for position, seal in enumerate(seals(data)):
            cms = bytes.fromhex(seal.digits(data).decode())
            write("cms", f"{name}-{position}", cms[: 4 + int.from_bytes(cms[2:4], "big")])
    base = next(base for base in _bases.collect([], pki) if base.name == "packed")
    few = [*object_streams.page_from_a_stream(base)][:4] + [*gap.keys_twice(base)][:2] + [*byte_range.numbers(base)][:2] + [*time_stamps.control(base)][:2]
    for position, case in enumerate(few):
        write("pdf_parse", f"attack-{position}.pdf", case.data)
        write("examine", f"attack-{position}.pdf", case.data)


def signatures(pki):
    """Certificates, lists, answers, tokens."""
    chains = {"seal": pki.seal, "stamp": pki.stamp, "rsa": pki.issue("RSA", key=pki.key("rsa2048")), "ed25519": pki.issue("Ed", key=pki.key("ed25519"))}
    for name, signer in chains.items():
        parts = [signer.certificate, *signer.others]
        write("certificates", name, b"".join(struct.pack(">H", len(part)) + part for part in parts))
    write("certificates", "bare", pki.root.certificate)
    target = "revocation_and_stamps"
    write(target, "list", pki.revocation_list([(pki.seal.certificate, _pki.NOW, None)]))
    write(target, "answer", pki.ocsp_answer(pki.seal.certificate))
    write(target, "token", token(b"x", pki.stamp, _pki.NOW))
    for path in sorted((TOP / "tests" / "vectors" / "openssl").iterdir()):
        if path.suffix in (".crl", ".ocsp", ".tsr"):
            write(target, path.name, path.read_bytes())


def qr_texts(value):
    """Every text of a QR code in the vectors, however deep."""
    if isinstance(value, (dict, list)):
        return [text for part in (value.values() if isinstance(value, dict) else value) for text in qr_texts(part)]
    return [value] if isinstance(value, str) and ("/q#" in value or value.startswith("LC1:")) else []


def texts():
    """QR texts, templates, uploads."""
    for position, text in enumerate(qr_texts(json.loads((TOP / "tests" / "vectors" / "licence-qr.json").read_text()))):
        write("qr_token", f"text-{position}", text.encode())
    for position, vector in enumerate(json.loads((TOP / "tests" / "vectors" / "licence-qr.json").read_text())["valid"]):
        write("qr_token", f"token-{position}", bytes.fromhex(vector["cose_hex"]))
    for folder in sorted((TOP / "templates").iterdir()):
        if (folder / "type.toml").exists():
            write("template", folder.name, (folder / "type.toml").read_bytes() + b"\0" + (folder / "template.toml").read_bytes())
    sample = json.loads((TOP / "templates" / "constructor" / "sample.json").read_text())
    write("upload", "row.json", json.dumps(sample[0], ensure_ascii=False).encode())
    part = b'--B\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7\r\n--B--\r\n'
    write("upload", "form", part)
    write("upload", "other-part", part.replace(b"document", b"something") + part)


def tables():
    """CSV, JSON, and the parts of a workbook."""
    write("table", "plain.csv", "code,名称\nA,营业执照\n\"B\",\"有,逗号\"\nC,=1+1\n".encode())
    write("table", "plain.json", '[{"code":"A","name":"营业执照"},{"code":"B","name":null},{"代码":1}]'.encode())
    cells = '<c r="A{0}" t="s"><v>0</v></c><c r="B{0}" t="inlineStr"><is><t>名称</t></is></c>'
    rows = "".join(f'<row r="{row}">{cells.format(row)}</row>' for row in (1, 2))
    more = '<row r="3"><c r="A3" s="1"><v>45000</v></c><c r="B3"><f>1+1</f><v>2</v></c></row><row r="4"><c r="A4" t="b"><v>1</v></c></row>'
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = f"<worksheet {space}><sheetData>{rows}{more}</sheetData></worksheet>"
    shared = f"<sst {space}><si><t>code</t></si></sst>"
    styles = f'<styleSheet {space}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    write("table", "workbook", "\0".join((sheet, shared, styles)).encode())


def pictures():
    """Small photos of every kind."""
    from PIL import Image

    for mode, kind in (("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("RGBA", "PNG"), ("P", "PNG"), ("1", "PNG"), ("I;16", "PNG")):
        out = io.BytesIO()
        Image.new(mode, (12, 16)).save(out, kind)
        write("image_intake", f"{mode.replace(';', '')}.{kind.lower()}", out.getvalue())
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (12, 16)).save(out, "JPEG", progressive=True, exif=exif)
    write("image_intake", "turned.jpeg", out.getvalue())


def main():
    """Writes all."""
    pki = _pki.Pki(TOP / "keys-example")
    documents(pki)
    signatures(pki)
    texts()
    tables()
    pictures()


if __name__ == "__main__":
    main()
