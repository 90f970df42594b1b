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


def make(orders):
    """Documents by DssMake.java."""
    done = subprocess.run([command("dss-make")], input=_lines(orders), capture_output=True, text=True, timeout=1800)
    if done.returncode != 0:
        raise RuntimeError(f"DSS could not make the documents: {done.stderr[-4000:]}")
