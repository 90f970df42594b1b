"""EU DSS, the reference validator of ETSI signatures, as a witness: asks the commands of java/ about many documents in one start of Java."""

import json
import os
import subprocess
from pathlib import Path


def command(name):
    """A command that setup_java.sh made; its folder is named by $JAVA_WITNESSES."""
    return str(Path(os.environ["JAVA_WITNESSES"]) / name)


def _lines(values):
    return "".join(json.dumps(value, default=str) + "\n" for value in values)


def check(questions):
    """Answers of DssCheck.java to its questions, in their order."""
    questions = list(questions)
    done = subprocess.run([command("dss-check")], input=_lines(questions), capture_output=True, text=True, timeout=1800)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(answers) != len(questions):
        raise RuntimeError(f"DSS gave {len(answers)} answers to {len(questions)} questions: {done.stderr[-2000:]}")
    return answers


def complaints(answer, level):
    """What DSS says against a licence of `level` (of the form "B-LTA"), given its answer."""
    if "error" in answer:
        return [f"DSS: {answer['error']}"]
    if len(answer["signatures"]) != 1:
        return [f"DSS: {len(answer['signatures'])} signatures"]
    signature = answer["signatures"][0]
    stamps = [stamp["type"] for stamp in signature["timestamps"]]
    revision = signature["revision"]
    found = {
        "verdict": (signature["indication"], signature["sub_indication"]),
        "level": signature["level"],
        "signature time-stamps": stamps.count("SIGNATURE_TIMESTAMP"),
        "has a document time-stamp": "DOCUMENT_TIMESTAMP" in stamps,
        "time-stamps": {stamp["indication"] for stamp in signature["timestamps"]},
        "said": signature["errors"] + signature["warnings"] + [text for stamp in signature["timestamps"] for text in stamp["errors"] + stamp["warnings"]],
        "byte range": revision["byte_range_valid"],
        "changed later": [kind for kind in ("signature_or_form_fill", "annotation", "undefined") if revision[kind]],
        "validation data added": revision["extension"] > 0,
    }
    expected = {
        "verdict": ("TOTAL-PASSED", None),
        "level": f"PAdES-BASELINE-{level.removeprefix('B-')}",
        "signature time-stamps": 0 if level == "B-B" else 1,
        "has a document time-stamp": level == "B-LTA",
        "time-stamps": set() if level == "B-B" else {"PASSED"},
        "said": [],
        "byte range": True,
        "changed later": [],
        "validation data added": level in ("B-LT", "B-LTA"),
    }
    return [f"DSS: {key}: {found[key]}, not {value}" for key, value in expected.items() if found[key] != value]


def make(orders):
    """Documents by DssMake.java."""
    done = subprocess.run([command("dss-make")], input=_lines(orders), capture_output=True, text=True, timeout=1800)
    if done.returncode != 0:
        raise RuntimeError(f"DSS could not make the documents: {done.stderr[-4000:]}")
