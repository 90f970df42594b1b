"""A running `elicence serve`, and the few HTTP calls that the suites make."""

import http.client
import json
import signal
import socket
import subprocess
import time
from urllib.parse import quote

from _elicence import BINARY, clean_environment


def free_port():
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`elicence serve` on a free loopback port, its output in a file."""

    def __init__(self, data, log, env=None, wait=60):
        self.port = free_port()
        settings = clean_environment({"ELICENCE_LISTEN": f"127.0.0.1:{self.port}"} | (env or {}))
        self.log = open(log, "ab")
        self.process = subprocess.Popen([BINARY, "serve", "--data", str(data)], env=settings, cwd="/", stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.call("GET", "/health/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the server does not become ready; see {log}")

    def call(self, method, path, body=None, headers=None, timeout=60):
        """(status, headers, body) of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        except http.client.HTTPException as error:
            raise OSError(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()

    def mint(self, key, type_code, face, idempotency_key):
        """Asks for one licence; (status, JSON)."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": idempotency_key}
        status, _, body = self.call("POST", "/api/v1/licences", json.dumps({"type": type_code, "face": face}), headers)
        return status, json.loads(body or b"null")

    def licence(self, key, identifier, part=""):
        """(status, body) of a licence or a part of it."""
        status, _, body = self.call("GET", f"/api/v1/licences/{quote(identifier, safe='')}{part}", headers={"Authorization": f"Bearer {key}"})
        return status, body

    def kill(self):
        """kill -9, as a power cut would end it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        """Asks it to end and returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.log.close()
        return code


