"""OpenSSL and pyHanko use the time-stamp authority, the OCSP responder and the revocation lists of a running demo as they would use anybody's."""

import asyncio
import base64
import hashlib
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from pyhanko.sign.timestamps import HTTPTimeStamper

from _elicence import WORK, Checks, demo
from _server import Server

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def file(name, data):
    path = WORK / name
    path.write_bytes(data)
    return path


def ask_for_stamp(server, query):
    status, headers, body = server.call("POST", "/pki/tsa", query, {"Content-Type": QUERY})
    return status, headers.get("content-type"), body


def stamps(check, server, root):
    """RFC 3161 as openssl asks and checks it."""
    data = file("stamped", b"something")
    for digest in ("sha256", "sha384", "sha512"):
        query = WORK / f"{digest}.tsq"
        openssl("ts", "-query", "-data", data, f"-{digest}", "-cert", "-out", query)
        status, kind, body = ask_for_stamp(server, query.read_bytes())
        reply = file(f"{digest}.tsr", body)
        check(f"{digest}: 200 and the right kind", (status, kind) == (200, REPLY), (status, kind))
        code, said = openssl("ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", root)
        check(f"{digest}: openssl ts -verify -queryfile", code == 0 and "Verification: OK" in said, said[-400:])
        other = file("other", b"something else")
        code, said = openssl("ts", "-verify", "-data", other, "-in", reply, "-CAfile", root)
        check(f"{digest}: not of other data", code != 0, said[-400:])

    query = WORK / "sha1.tsq"
    openssl("ts", "-query", "-data", data, "-sha1", "-cert", "-out", query)
    code, said = openssl("ts", "-reply", "-in", file("sha1.tsr", ask_for_stamp(server, query.read_bytes())[2]), "-text")
    check("SHA-1 is refused with a status, not an error", code == 0 and "Status: Rejected" in said and "Not included" in said, said[-400:])
    check("what is no request is refused", ask_for_stamp(server, b"no request")[0] in (200, 400), "")
    check("another kind of body is refused", server.call("POST", "/pki/tsa", b"{}", {"Content-Type": "application/json"})[0] == 415, "")


def serials(check, server):
    """No serial number twice, though many ask at once, and the nonce comes back."""
    requests = [
        tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(b"%d" % number).digest()},
                "nonce": number,
                "cert_req": False,
            }
        )
        for number in range(1, 61)
    ]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda request: tsp.TimeStampResp.load(ask_for_stamp(server, request.dump())[2]), requests))
    seen = [reply["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed for reply in replies]
    check("60 different serial numbers", len({info["serial_number"].native for info in seen}) == 60, "")
    check("each its own nonce", [info["nonce"].native for info in seen] == list(range(1, 61)), "")
    check("no certificates where none were asked for", all(not reply["time_stamp_token"]["content"]["certificates"] for reply in replies), "")
    return {info["serial_number"].native for info in seen}


def pyhanko(check, server):
    """pyHanko's own client takes a token."""
    stamper = HTTPTimeStamper(f"http://127.0.0.1:{server.port}/pki/tsa")
    try:
        token = asyncio.run(stamper.async_timestamp(hashlib.sha256(b"something").digest(), "sha256"))
        check("pyHanko takes a time-stamp", token["content"]["encap_content_info"]["content_type"].native == "tst_info", "")
    except Exception as error:
        check("pyHanko takes a time-stamp", False, f"{type(error).__name__}: {error}")


def addresses(certificate):
    """Where a certificate says to ask: (OCSP, issuer's certificate, revocation list), each an address."""
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    lists = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    of_kind = lambda kind: next((one.access_location.value for one in access if one.access_method == kind), None)
    return of_kind(Access.OCSP), of_kind(Access.CA_ISSUERS), lists[0].full_name[0].value


def revocation(check, server, keys, root):
    """OCSP and lists at the addresses in the certificates."""
    leaf, issuing = x509.load_pem_x509_certificates((keys / "seal.chain.pem").read_bytes())[:2]
    anchor = x509.load_pem_x509_certificate(root.read_bytes())
    chain = file("chain.pem", b"".join(one.public_bytes(Encoding.PEM) for one in (anchor, issuing)))
    issuer, subject = file("issuer.pem", issuing.public_bytes(Encoding.PEM)), file("subject.pem", leaf.public_bytes(Encoding.PEM))
    ocsp, above, crl = (urlsplit(address) if address else None for address in addresses(leaf))

    url = f"http://127.0.0.1:{server.port}{ocsp.path}"
    for hashes in ((), ("-sha256",)):
        code, said = openssl("ocsp", "-issuer", issuer, *hashes, "-cert", subject, "-url", url, "-CAfile", root, "-verify_other", chain, "-resp_text")
        check(f"openssl ocsp {hashes}: good", code == 0 and "Response verify OK" in said and ": good" in said, said[-600:])
        check(f"openssl ocsp {hashes}: the nonce comes back", "no nonce" not in said.lower(), said[-300:])
    stranger = WORK / "stranger.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=stranger", "-keyout", WORK / "stranger.key", "-out", stranger)
    code, said = openssl("ocsp", "-issuer", stranger, "-serial", "0x1234567890", "-url", url, "-CAfile", root, "-verify_other", chain)
    check("openssl ocsp: of a stranger's certificate nothing is known", ": good" not in said and ("unknown" in said or "unauthorized" in said), said[-300:])
    code, said = openssl("ocsp", "-issuer", issuer, "-serial", "0x1234567890", "-url", url, "-CAfile", root, "-verify_other", chain)
    check("openssl ocsp: a number that was never given is unknown", code == 0 and ": unknown" in said, said[-300:])
    request = WORK / "by-get.req"
    openssl("ocsp", "-issuer", issuer, "-cert", subject, "-no_nonce", "-reqout", request)
    status, headers, body = server.call("GET", f"{ocsp.path}/{quote(base64.b64encode(request.read_bytes()).decode(), safe='')}")
    check("OCSP by GET", (status, headers.get("content-type")) == (200, "application/ocsp-response"), (status, headers))
    code, said = openssl("ocsp", "-respin", file("by-get.resp", body), "-issuer", issuer, "-cert", subject, "-CAfile", root, "-verify_other", chain, "-no_nonce")
    check("OCSP by GET: good", "Response verify OK" in said and ": good" in said, said[-300:])

    for who, certificate in (("seal", leaf), ("issuing authority", issuing)):
        _, above, crl = (urlsplit(address) if address else None for address in addresses(certificate))
        status, headers, body = server.call("GET", crl.path)
        check(f"{who}: list at {crl.path}", (status, headers.get("content-type")) == (200, "application/pkix-crl"), (status, headers))
        code, said = openssl("crl", "-inform", "DER", "-in", file("list.crl", body), "-noout", "-CAfile", chain)
        check(f"{who}: openssl crl", code == 0 and "verify OK" in said, said[-300:])
        listed = x509.load_der_x509_crl(body)
        check(f"{who}: the list is of its issuer", listed.issuer == certificate.issuer, listed.issuer)
        check(f"{who}: the list does not name it", listed.get_revoked_certificate_by_serial_number(certificate.serial_number) is None, "")
        if above:
            status, _, body = server.call("GET", above.path)
            check(f"{who}: issuer's certificate at {above.path}", status == 200 and x509.load_der_x509_certificate(body).subject == certificate.issuer, status)


def main():
    check = Checks()
    data = WORK / "demo"
    root = Path(demo(data)["root"])
    server = Server(data, WORK / "log")
    stamps(check, server, root)
    seen = serials(check, server)
    pyhanko(check, server)
    revocation(check, server, data / "keys", root)

    # A power cut loses no serial number.
    server.kill()
    server = Server(data, WORK / "log")
    again = serials(check, server)
    check("no serial number comes again after kill -9", not seen & again, sorted(seen & again)[:3])
    check("the server ends in order", server.stop() == 0, "")
    log = (WORK / "log").read_text(errors="replace")
    check("no panic", not re.search(r"panicked at", log), log[-300:])
    check.end()


if __name__ == "__main__":
    main()
