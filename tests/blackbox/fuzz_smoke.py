"""Runs every fuzz target for a short time from its seeds: nothing that strangers send may crash, hang, or take much memory.

    fuzz_smoke.py [TARGET]...
    FUZZ_SECONDS=1800        how long each target runs (20)
    FUZZ_PATIENCE=60         how many seconds of the wall clock one input may take (10: machines have other work, too)
    FUZZ_CORPUS=FOLDER       where inputs that found something new are kept between runs
    FUZZ_LOGS=FOLDER         where what each target says is kept, and the inputs that it fell over

Stable Rust is enough; fuzz/instrument.sh says how.
"""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from _elicence import TOP, WORK, Checks

SECONDS = int(os.environ.get("FUZZ_SECONDS", 20))
PATIENCE = int(os.environ.get("FUZZ_PATIENCE", 10))
MEGABYTES = 256
FUZZ = TOP / "fuzz"
LOGS = Path(os.environ.get("FUZZ_LOGS") or WORK)


def build():
    """Builds all targets beside the project, whose dependencies they share; returns the folder they are in."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or TOP / "target")
    environment = os.environ | {"CARGO_TARGET_DIR": str(target), "RUSTC_WRAPPER": str(FUZZ / "instrument.sh")}
    # The project's versions; cargo adds those of the fuzzer.
    shutil.copy(TOP / "Cargo.lock", FUZZ / "Cargo.lock")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=FUZZ, env=environment, check=True)
    return target / "release"


def fuzz(program, limits, log, folders):
    """One run of a fuzzer: its exit code, and what it said."""
    with open(log, "ab") as said:
        begin = said.tell()
        done = subprocess.run([program, *limits, *folders], stdout=said, stderr=said, timeout=SECONDS + 600)
    return done.returncode, log.read_bytes()[begin:].decode(errors="replace")


def run(program, target):
    """Fuzzes one target, first its seeds as they are: (its name, exit code of both, executions, coverage, the end of what it said)."""
    found, artifacts, seeds = Path(os.environ.get("FUZZ_CORPUS") or WORK / "corpus") / target, LOGS / f"{target}.found", FUZZ / "seeds" / target
    for folder in (found, artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{target}.log"
    limits = [f"-timeout={PATIENCE}", f"-rss_limit_mb={MEGABYTES}", "-max_len=65536", f"-artifact_prefix={artifacts}/"]
    code, said = fuzz(program, limits, log, sorted(seeds.iterdir()))
    if code == 0:
        code, said = fuzz(program, [*limits, f"-max_total_time={SECONDS}", "-print_final_stats=1"], log, [found, seeds])
    executions = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    coverage = re.findall(r"cov: (\d+)", said)
    return target, code, int(executions[1]) if executions else 0, int(coverage[-1]) if coverage else 0, said[-1500:]


def main():
    check = Checks()
    programs = build()
    known = sorted(path.stem for path in (FUZZ / "fuzz_targets").glob("*.rs"))
    targets = sys.argv[1:] or known
    LOGS.mkdir(parents=True, exist_ok=True)
    # One after the other would leave cores idle; more than there are would measure nothing but waiting.
    with ThreadPoolExecutor(max(1, (os.cpu_count() or 2))) as pool:
        for target, code, executions, coverage, said in pool.map(lambda target: run(programs / target, target), targets):
            check(f"{target}: nothing found", code == 0, f"exit {code} {said}")
            check(f"{target}: it ran and saw our code", executions > 100 and coverage > 100, said)
            print(f"{target}: {executions} executions in {SECONDS} s, {coverage} edges", flush=True)
    check.end()


if __name__ == "__main__":
    main()
