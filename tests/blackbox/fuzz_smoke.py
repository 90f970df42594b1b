"""Runs every fuzz target for a short time from its seeds: nothing that strangers send may crash, hang, or take much memory.

    fuzz_smoke.py [TARGET]...
    FUZZ_SECONDS=1800        how long each target runs (20)
    FUZZ_CORPUS=FOLDER       where inputs that found something new are kept between runs

Stable Rust is enough: the targets are instrumented by a pass of LLVM that `rustc -Cpasses` names, as `cargo fuzz --sanitizer none` does.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from _elicence import TOP, WORK, Checks

SECONDS = int(os.environ.get("FUZZ_SECONDS", 20))
FUZZ = TOP / "fuzz"
FLAGS = (
    "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters "
    "-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares "
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0 -Ccodegen-units=1 --cfg fuzzing"
)


def build():
    """Builds all targets; returns the folder they are in."""
    # With a target named, build scripts and macros stay without instruments.
    host = re.search(r"host: (.*)", subprocess.run(["rustc", "-vV"], capture_output=True, check=True, text=True).stdout)[1]
    environment = os.environ | {"RUSTFLAGS": FLAGS}
    environment.pop("CARGO_TARGET_DIR", None)
    subprocess.run(["cargo", "build", "--release", "--target", host], cwd=FUZZ, env=environment, check=True)
    return FUZZ / "target" / host / "release"


def run(program, target):
    """Fuzzes one target: (its name, exit code, executions, the end of what it said)."""
    found = Path(os.environ.get("FUZZ_CORPUS") or WORK / "corpus") / target
    artifacts = WORK / "artifacts" / target
    for folder in (found, artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={SECONDS}", "-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-print_final_stats=1", f"-artifact_prefix={artifacts}/"]
    done = subprocess.run([program, *limits, found, FUZZ / "seeds" / target], capture_output=True, timeout=SECONDS + 600)
    said = done.stderr.decode(errors="replace")
    executions = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    return target, done.returncode, int(executions[1]) if executions else 0, said[-1500:]


def main():
    check = Checks()
    programs = build()
    targets = sys.argv[1:] or sorted(path.stem for path in (FUZZ / "fuzz_targets").glob("*.rs"))
    # One after the other would leave cores idle; more than there are would measure nothing but waiting.
    with ThreadPoolExecutor(max(1, (os.cpu_count() or 2))) as pool:
        for target, code, executions, said in pool.map(lambda target: run(programs / target, target), targets):
            check(f"{target}: nothing found", code == 0, f"exit {code} {said}")
            check(f"{target}: it ran", executions > 100, said)
            print(f"{target}: {executions} executions in {SECONDS} s", flush=True)
    check.end()


if __name__ == "__main__":
    main()
