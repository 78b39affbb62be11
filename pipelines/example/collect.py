"""Collect evidence for the example from sites of its own, which this script serves on loopback while it runs.

``python pipelines/example/collect.py demo/datasummary.yaml`` visits the hosts of the example's inventory that have
something to say. They are served from ``evidence/captures.parquet`` as they were captured last; their names resolve to
addresses of 127.0.0.0/8, and nothing leaves this machine.
"""

from __future__ import annotations

import http.server
import socket
import socketserver
import sys
import tempfile
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from datasummary.collecting import collect_web, result_lines
from datasummary.evidence.guard import target_of
from datasummary.hosts import inventory_hosts
from datasummary.project import Project

HOSTS = 400
"""How many hosts are visited, the largest first. Those that would ask to come back in some minutes are left out."""


@dataclass(frozen=True)
class Names:
    """Resolves the example's hosts to loopback, where nothing listens for https."""

    http: int
    https: int

    def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        number = zlib.crc32(host.encode())
        address = f"127.{1 + number % 250}.{number >> 8 & 255}.{number >> 16 & 255}"
        return [(address, self.http if port == 80 else self.https)]


class Site(http.server.BaseHTTPRequestHandler):
    """Answers as the site was captured last."""

    answers: dict[tuple[str, str], tuple[int, list[tuple[str, str]], bytes]]

    def do_GET(self) -> None:
        status, headers, body = self.answers.get((self.headers.get("Host", ""), self.path), (404, [], b"not found\n"))
        self.send_response(status or 404)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "content-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Listens on every loopback address, and on no other."""

    request_queue_size = 512
    daemon_threads = True

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        socketserver.TCPServer.server_bind(self)  # HTTPServer's would look this machine's name up


def main() -> None:
    """Serve, collect, say what came of it."""
    project = Project.load(sys.argv[1])
    rows = pq.read_table(project.home / "evidence/captures.parquet").sort_by("captured").to_pylist()
    Site.answers = {}
    for row in rows:
        target = target_of(row["url"])
        fields = [(field["name"], field["value"].replace("https://", "http://")) for field in row["headers"] or []]
        Site.answers[target.authority, target.path] = (row["status"], fields, row["body"] or b"")
    later = {host for (host, _), (_, fields, _) in Site.answers.items() if "Retry-After" in dict(fields)}
    known = {host for host, path in Site.answers if path == "/robots.txt"} - later
    hosts = [host for host in inventory_hosts(project) if host in known][:HOSTS]
    with (
        Server(("", 0), Site) as server,
        socket.socket() as closed,
        tempfile.TemporaryDirectory() as folder,
    ):
        closed.bind(("127.0.0.1", 0))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        file = Path(folder) / "hosts.txt"
        file.write_text("\n".join(hosts))
        names = Names(server.server_address[1], closed.getsockname()[1])
        result = collect_web(project, hosts=file, allow_private=True, resolve=names, quiet=False)
        server.shutdown()
    print(*result_lines(result), sep="\n")


if __name__ == "__main__":
    main()
