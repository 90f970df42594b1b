"""Is the ten-thousandth licence as cheap as the first? Mints through the command line into one store and prints the cost of each slice.

    ELICENCE=target/release/elicence python3 tests/load/flat_cost.py [COUNT=10000] [SLICE=1000]

User CPU is that of the whole `mint` process, start-up included; the start-up alone is measured first and taken off.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ELICENCE = os.environ.get("ELICENCE", "target/release/elicence")
TYPE = "11100000MB0143028R101"


def rows(first, count):
    sample = json.loads((Path(__file__).parents[2] / "templates/food-permit/sample.json").read_bytes())[1]
    return [{**sample, "ZZBH": f"JY9{number:013}"} for number in range(first, first + count)]


def mint(data, folder, slice_rows):
    source = folder / "rows.json"
    source.write_text(json.dumps(slice_rows, ensure_ascii=False))
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [ELICENCE, "mint", "--type", TYPE, "--input", source, "--out", folder / "out", "--data", data, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    good = sum('"identifier"' in line for line in done.stdout.splitlines())
    if done.returncode != 0 or good != len(slice_rows):
        sys.exit(f"minted {good} of {len(slice_rows)}, exit {done.returncode}: {done.stderr[-500:]}")
    return after.ru_utime - before.ru_utime, time.monotonic() - start


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        subprocess.run([ELICENCE, "demo", "--once", "--json", "--data", data], check=True, stdout=subprocess.DEVNULL)
        start_up, _ = mint(data, folder, rows(0, 1))
        print("first,last,user_ms_per_licence,wall_ms_per_licence")
        for first in range(1, count + 1, size):
            user, wall = mint(data, folder, rows(first, size))
            print(f"{first},{first + size - 1},{(user - start_up) * 1000 / size:.3f},{wall * 1000 / size:.3f}", flush=True)


if __name__ == "__main__":
    main()
