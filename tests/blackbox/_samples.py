"""The shipped sample rows, as input for `elicence mint`."""

import copy
import itertools
import json
import shutil
import tomllib

from _elicence import TOP

FOLDERS = ("business-licence", "food-permit", "construction-qualification", "real-estate", "constructor")
_numbers = itertools.count(1)


def definition(folder):
    """The definition of a type as a table."""
    return tomllib.loads((TOP / "templates" / folder / "type.toml").read_text())


def rows(folder):
    """Fresh copies of the sample rows of a type, without the numbers that the demo already gave away."""
    found = copy.deepcopy(json.loads((TOP / "templates" / folder / "sample.json").read_text()))
    for row in found:
        row.pop("ZZBH", None)
    return found


def _texts(value):
    """Every text in a value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    return [value] if isinstance(value, str) else [text for part in value or [] for text in _texts(part)]


def personal(folder):
    """Texts of the samples that tell who somebody is or where they live: names, codes, addresses, birthdays."""
    fields = definition(folder)["fields"]
    sensitive = {field["code"] for field in fields if field.get("sensitive")}
    # Words that the definition itself offers tell of nobody; the catalogue holds them in the clear.
    offered = {word for field in fields for word in field.get("dictionary", [])}
    found = set()
    for row in json.loads((TOP / "templates" / folder / "sample.json").read_text()):
        values = [row.get(key) for key in ("CZZT", "CZZTDM", "ZZBH", *sensitive)]
        values += [{"name": holder["name"], "code": holder["code"]} for holder in row.get("holders", [])]
        found |= set(_texts(values))
    return {text for text in found - offered if len(text) > 1 and not text.endswith(".jpg")}


def write(path, content, folder="constructor"):
    """Writes rows as JSON, with the photos that they name beside them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False))
    for photo in (TOP / "templates" / folder).glob("photo*.jpg"):
        shutil.copy(photo, path.parent)
    return path


def numbered(row, prefix):
    """The row with a number of its own."""
    return row | {"ZZBH": f"{prefix}{next(_numbers):06}"}
