"""What does a seal key in a token cost? Mints the same rows with the key in a file and in SoftHSM, at B-B, and prints licences a second.

    ELICENCE=target/release/elicence python3 tests/load/token_throughput.py [COUNT=1000]

SoftHSM computes on the same machine, so this is the cost of PKCS#11 and of SoftHSM, not of a network HSM.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from flat_cost import ELICENCE, mint, rows

DRIVER = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "314159"


def softhsm(folder, keys):
    """A token with the seal key of the installation; gives its address."""
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    clear = folder / "clear"
    passphrase = f"file:{keys}/passphrase"
    subprocess.run(["openssl", "pkcs8", "-in", keys / "seal.key.pem", "-passin", passphrase, "-out", clear], check=True)
    util = ["softhsm2-util", "--pin", PIN]
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*util, "--init-token", "--free", "--label", "seals", "--so-pin", "0000"], **quiet)
    subprocess.run([*util, "--import", clear, "--token", "seals", "--label", "seal", "--id", "01"], **quiet)
    clear.unlink()
    pin = folder / "pin"
    pin.touch(mode=0o600)
    pin.write_text(PIN + "\n")
    return f"pkcs11:token=seals;object=seal?module-path={DRIVER}&pin-source=file:{pin}"


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        subprocess.run([ELICENCE, "demo", "--once", "--json", "--data", data], check=True, stdout=subprocess.DEVNULL)
        os.environ["ELICENCE_SEAL__LEVEL"] = "B-B"
        address = softhsm(folder, data / "keys")
        print("key,licences,seconds,licences_per_second")
        first = 1
        for kind, setting in [("file", None), ("token", address), ("file", None), ("token", address)]:
            os.environ.pop("ELICENCE_KEYS__SEAL_KEY", None)
            if setting:
                os.environ["ELICENCE_KEYS__SEAL_KEY"] = setting
            mint(data, folder, rows(first, 1))
            _, start_up = mint(data, folder, rows(first + 1, 1))
            _, seconds = mint(data, folder, rows(first + 2, count))
            first += count + 2
            seconds -= start_up
            print(f"{kind},{count},{seconds:.2f},{count / seconds:.1f}", flush=True)


if __name__ == "__main__":
    main()
