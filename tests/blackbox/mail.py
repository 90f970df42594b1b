"""Sends notices to a real SMTP server (aiosmtpd) under STARTTLS with a login: to a department and to a holder; what is refused for good is a dead letter."""

import datetime
import email
import email.header
import ipaddress
import json
import ssl
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from _elicence import WORK, Checks, demo, elicence
from _samples import rows
from _server import Server, free_port

check = Checks()
USER, PASSWORD = "zz", "a password of the mail server"
DEPARTMENT, HOLDER, REFUSED = "department@example.org", "holder@example.org", "nobody@example.org"


class Mailbox:
    """Keeps what arrives; refuses one address for good."""

    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == REFUSED:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, email.message_from_bytes(envelope.content), bool(session.ssl), session.authenticated))
        return "250 OK"

    def to(self, address):
        return [mail for mail in self.mails if mail[1] == [address]]


def certificates(folder):
    """A root and a certificate of localhost as (root PEM, TLS context)."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def make(name, key, issuer, issuer_key, extensions):
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer_key, hashes.SHA256())

    name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = make(name("mail root"), root_key, name("mail root"), root_key, [(x509.BasicConstraints(True, 0), True)])
    hosts = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    leaf = make(name("localhost"), key, root.subject, root_key, [(hosts, False), (x509.BasicConstraints(False, None), True)])
    pem = serialization.Encoding.PEM
    (folder / "root.pem").write_bytes(root.public_bytes(pem))
    (folder / "leaf.pem").write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    (folder / "leaf.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")
    return folder / "root.pem", context


def login(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == USER.encode() and data.password == PASSWORD.encode()
    return AuthResult(success=good)


def wait_for(found, seconds=30):
    """Waits until `found()` is true."""
    deadline = time.monotonic() + seconds
    while not found() and time.monotonic() < deadline:
        time.sleep(0.2)
    return found()


def words(mail):
    """(subject, text) of a mail."""
    subject = str(email.header.make_header(email.header.decode_header(mail["Subject"])))
    return subject, mail.get_payload(decode=True).decode()


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    data = WORK / "data"
    demo(data)
    root, context = certificates(WORK)
    password = WORK / "password"
    password.write_text(PASSWORD + "\n")
    mailbox, port = Mailbox(), free_port()
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True, auth_required=True, authenticator=login
    )
    controller.start()
    settings = {
        "ELICENCE_MAIL__HOST": "localhost",
        "ELICENCE_MAIL__PORT": str(port),
        "ELICENCE_MAIL__USER": USER,
        "ELICENCE_MAIL__PASSWORD_FILE": str(password),
        "ELICENCE_MAIL__ANCHOR": str(root),
        "ELICENCE_MAIL__FROM": "电子证照 <zz@example.gov.cn>",
    }
    key = elicence("keys", "api", "add", "mail-test", "--role", "issuer", "--role", "clerk", "--data", data).stdout
    key = next(word for word in key.replace('"', " ").split() if word.startswith("elk_"))
    for address in (DEPARTMENT, REFUSED):
        arguments = ["outbox", "--data", data, "subscribe", "--channel", "mail", "--target", address, "--kind", "licence-minted"]
        made = elicence(*arguments, env=settings)
        check(f"subscribe {address}", made.code == 0, made)
    bad = elicence("outbox", "--data", data, "subscribe", "--channel", "mail", "--target", "no address", env=settings)
    check("no address is refused", bad.code == 64, bad)

    row = rows("business-licence")[0]
    server = Server(data, WORK / "serve.log", env=settings)
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        contact = {"code_type": row["CZZTDMLXDM"], "code": row["CZZTDM"], "channel": "mail", "address": HOLDER}
        status, _, body = server.call("PUT", "/api/v1/contacts", json.dumps(contact), headers)
        check("a contact is set", status == 200, body)
        status, minted = server.mint(key, "11100000MB0143028R001", row, "mail-1")
        check("a licence is minted", status == 201, minted)
        check("the department is told", wait_for(lambda: mailbox.to(DEPARTMENT)), mailbox.mails)
        check("the holder is told", wait_for(lambda: mailbox.to(HOLDER)), mailbox.mails)
        for sender, _, mail, encrypted, authenticated in mailbox.mails:
            subject, text = words(mail)
            check("sender", sender == "zz@example.gov.cn" and mail["Message-ID"].endswith("@example.gov.cn>"), mail.as_string())
            check("TLS and login", encrypted and authenticated)
            check("both languages", "营业执照" in text and "has been issued" in text and "营业执照" in subject, text)
            check("nothing personal", row["CZZTDM"] not in text and row["CZZT"] not in text and minted["number"] not in text, text)

        def dead():
            done = elicence("outbox", "--data", data, "deliveries", "--state", "dead", env=settings)
            return [json.loads(line) for line in done.stdout.splitlines()]

        check("what the server refuses for good is a dead letter", wait_for(lambda: len(dead()) == 1), dead())
        check("it says why and to nobody whom", "550" in dead()[0]["last_error"] and REFUSED not in json.dumps(dead()), dead())
    finally:
        server.stop()
        controller.stop()
    check("no address in the logs", all(word not in (WORK / "serve.log").read_text() for word in (DEPARTMENT, HOLDER, REFUSED)))
    done = elicence("statistics", "--data", data, "--by", "type", env=settings)
    check("statistics count the licences", done.code == 0 and "11100000MB0143028R001" in done.stdout, done)
    done = elicence("audit", "verify", "--data", data, env=settings)
    check("the audit log is whole", done.code == 0, done)
    check.end()


main()
