"""Rows that must not become licences: each is refused with its field and reason, the others in the file are minted, nothing is half done."""

import json

from _elicence import USAGE, WORK, Checks, demo, elicence
from _samples import definition, numbered, rows, write

TYPE = "constructor"

check = Checks()


def without(row, key):
    return {name: value for name, value in row.items() if name != key}


def last_changed(code):
    return code[:-1] + ("1" if code[-1] != "1" else "2")


def bad_rows():
    """{name: (row, words of which one must be in the message)}"""
    good = numbered(rows(TYPE)[0], "S2BAD")
    limits = {field["code"]: field["max_length"] for field in definition(TYPE)["fields"]}
    return {
        "missing field": (without(good, "KZ_PYQY"), ["KZ_PYQY"]),
        "missing holder": (without(without(good, "CZZT"), "CZZTDM"), ["CZZT"]),
        "missing photo": (without(good, "KZ_ZP"), ["KZ_ZP"]),
        "over-long field": (good | {"KZ_ZYYZH": "示" * (limits["KZ_ZYYZH"] + 1)}, ["KZ_ZYYZH"]),
        "date that is none": (good | {"KZ_CSRQ": "1987-02-30"}, ["KZ_CSRQ"]),
        "words for a date": (good | {"ZZBFRQ": "明天"}, ["ZZBFRQ"]),
        "ends before it begins": (good | {"ZZYXQJZRQ": "2020-01-01"}, ["ZZYXQJZRQ"]),
        "bad check digit": (good | {"CZZTDM": last_changed(good["CZZTDM"])}, ["CZZTDM"]),
        "not in the dictionary": (good | {"KZ_XB": "未"}, ["KZ_XB"]),
        "unknown field": (good | {"KZ_MEIYOU": "甲"}, ["KZ_MEIYOU"]),
        "issuer is not the caller's to say": (good | {"ZZBFJG": "某某局"}, ["ZZBFJG"]),
        "character in no font": (good | {"KZ_PYQY": "示例\U0001f600公司"}, ["KZ_PYQY"]),
        "character in no font, in a table": (good | {"KZ_ZCZY": [{"zy": "建筑\u0f40", "yxqz": "2029-11-19"}]}, ["KZ_ZCZY"]),
        "control character": (good | {"KZ_PYQY": "示例\u0000公司"}, ["KZ_PYQY"]),
        "table for text": (good | {"KZ_PYQY": [{"a": "b"}]}, ["KZ_PYQY"]),
        "text for table": (good | {"KZ_ZCZY": "建筑"}, ["KZ_ZCZY"]),
        "too many table rows": (good | {"KZ_ZCZY": good["KZ_ZCZY"][:1] * 200}, ["KZ_ZCZY"]),
        "no such photo": (good | {"KZ_ZP": "absent.jpg"}, ["KZ_ZP"]),
        "photo cut short": (good | {"KZ_ZP": "cut.jpg"}, ["KZ_ZP"]),
        "photo that is no picture": (good | {"KZ_ZP": "words.jpg"}, ["KZ_ZP"]),
        "photo of another folder": (good | {"KZ_ZP": "../../../../etc/passwd"}, ["KZ_ZP"]),
        "number for text": (good | {"KZ_PYQY": 5}, ["KZ_PYQY", "row", "行"]),
    }


def mint(data, path, out, type_code=None):
    return elicence("mint", "--type", type_code or definition(TYPE)["code"], "--input", path, "--out", out, "--data", data)


def documents(folder):
    """All that stands in the output folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def main():
    data = WORK / "demo"
    before = demo(data)
    folder = WORK / "input"
    write(folder / "rows.json", [], TYPE)
    (folder / "cut.jpg").write_bytes((folder / "photo1.jpg").read_bytes()[:2000])
    (folder / "words.jpg").write_text("no picture")

    refused = bad_rows()
    for name, (row, words) in refused.items():
        out = WORK / "out-alone"
        done = mint(data, write(folder / "rows.json", [row]), out)
        check(f"{name}: exit 1", done.code == 1 and not done.crashed, done)
        check(f"{name}: names the field", any(word in done.said for word in words), done)
        check(f"{name}: no document", documents(out) == [], documents(out))

    out = WORK / "out-mixed"
    mixed = []
    good = 0
    for index, (row, _) in enumerate(refused.values()):
        # The same number as the bad row had: refused rows use nothing up.
        mixed += [row, numbered(rows(TYPE)[index % len(rows(TYPE))], "S2GOOD")]
        good += 1
    done = mint(data, write(folder / "rows.json", mixed), out)
    check("mixed file: exit 1", done.code == 1 and not done.crashed, done)
    pdfs = [path for path in documents(out) if path.suffix == ".pdf"]
    check("mixed file: every good row is minted", len(pdfs) == good, (len(pdfs), good, done))
    check("mixed file: nothing but documents", len(pdfs) == len(documents(out)), documents(out))
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    check("mixed file: a report line for each row", len(lines) >= len(mixed), (len(lines), len(mixed), done.stdout[:600]))

    row = numbered(rows(TYPE)[0], "S2TWICE")
    check("a good row", mint(data, write(folder / "rows.json", [row]), WORK / "out-twice").code == 0)
    changed = row | {"KZ_PYQY": "示例市另一家公司"}
    done = mint(data, write(folder / "rows.json", [changed]), WORK / "out-twice")
    check("a number given twice is refused", done.code == 1 and ("ZZBH" in done.said or "编号" in done.said), done)
    check("and leaves one document", len(documents(WORK / "out-twice")) == 1, documents(WORK / "out-twice"))

    whole_files = {
        "not JSON": b"[{",
        "no rows": b"[]",
        "not a list of objects": b"[1, 2]",
        "not UTF-8": '[{"CZZT":"王"}]'.encode("gb18030"),
        "nested without end": b"[" * 100_000,
        "50 MB": b'[{"CZZT":"' + b"a" * (50 << 20) + b'"}]',
    }
    for name, content in whole_files.items():
        (folder / "rows.json").write_bytes(content)
        done = mint(data, folder / "rows.json", WORK / "out-whole")
        check(f"{name}: refused with a word", done.code in (1, USAGE) and not done.crashed and done.said.strip(), done)
    (folder / "rows.csv").write_bytes("CZZT,CZZTDM\n王,1,2,3\n".encode())
    done = mint(data, folder / "rows.csv", WORK / "out-whole")
    check("CSV with a wrong row: refused", done.code in (1, USAGE) and not done.crashed, done)
    done = mint(data, folder / "absent.json", WORK / "out-whole")
    check("no such input: usage", done.code == USAGE, done)
    done = mint(data, write(folder / "rows.json", [row]), WORK / "out-whole", "11100000000013338W999")
    check("unknown type: refused and named", done.code in (1, USAGE) and "11100000000013338W999" in done.said, done)
    check("no document of a refused file", documents(WORK / "out-whole") == [], documents(WORK / "out-whole"))

    done = elicence("mint", "--type", definition(TYPE)["code"], "--data", data)
    check("no input: usage", done.code == USAGE, done)
    after = demo(data)
    check("the demo's own licences are untouched", json.dumps(before) == json.dumps(after), "")
    check.end()


if __name__ == "__main__":
    main()
