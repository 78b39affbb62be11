"""What must not be contacted is not, however it is spelt, whoever names it.

These tests replace the point where a socket would connect, by a recorder that lets nothing out but to the test server on
loopback. So they are harmless even where the guard is broken. Nothing else in the collection's tests is replaced.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
from collections.abc import Iterator

import pytest
import web
from collecting import AGENT, LIMITS
from hypothesis import given
from hypothesis import strategies as st

from datasummary.evidence.captures import Capture, kind_of
from datasummary.evidence.fetch import Fetcher
from datasummary.evidence.guard import Forbidden, Guard, HostList, is_public, target_of
from datasummary.evidence.manners import Connections
from datasummary.evidence.messages import parse_head, plain_body
from datasummary.evidence.resolving import Resolver
from datasummary.evidence.visits import Answer, Final, Visit

PUBLIC = "93.184.215.14"
PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "169.254.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    "168.63.129.16", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:93.184.215.14",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1",
]  # fmt: skip
SPELT = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.1/", "http://0x7f.0x0.0x0.0x1/", "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1./",
    "http://%31%32%37.0.0.1/", "http://１２７.０.０.１/", "http://127。0。0。1/", "http://①②⑦.0.0.1/", "http://0/",
    "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:7f00:1]/", "http://[::ffff:127.0.0.1]/",
    "http://[::]/", "http://user:pw@127.0.0.1/", "http://example.com@127.0.0.1/", "http://example.com:80@10.0.0.1/",
    "http:\\\\127.0.0.1\\", "http:127.0.0.1", "http:///127.0.0.1/", "http:/\\127.0.0.1/", " http://127.0.0.1/",
    "ht\ntp://127.0.0.1/", "http://127.0.0.1\t/", "http://127.0.0.1#@example.com/", "http://127.0.0.1?.example.com/",
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://[fd00:ec2::254]/",
    "http://localhost/", "http://LOCALHOST./", "http://www.localhost/", "http://metadata.google.internal/",
    "http://printer.local/", "http://intranet/", "http://router.home.arpa/", "http://kubernetes.default.svc.cluster.local/",
    "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "ldap://example.com/", "javascript:alert(1)",
    "data:text/plain,a", "ws://example.com/", "unix:///run/docker.sock", "//127.0.0.1/", "/etc/passwd", "",
    "http://example.com:22/", "http://example.com:25/", "http://example.com:0/", "http://example.com:1023/",
    "http://example.com:6667/", "http://example.com:5060/", "http://example.com:65536/", "https://example.com:8_0/",
    "http://exa mple.com/", "http://[::1", "http://[fe80::1%25lo]/", "http://", "http://.", "http://a..b/",
    "https://93.184.215.14:10080/", "http://" + "a" * 300 + ".com/", "http://example.com/" + "a" * 9000,
]  # fmt: skip


class Recorder:
    """Notes where sockets connect. Connections to :data:`PUBLIC` reach the test server, all others are refused."""

    def __init__(self, port: int) -> None:
        self.asked: list[tuple[str, int]] = []
        self._port = port
        self._connect = socket.socket.connect

    def connect(self, connection: socket.socket, address: tuple[str, int]) -> None:
        self.asked.append(address[:2])
        if address[0] != PUBLIC or address[1] != 80:
            raise ConnectionRefusedError
        self._connect(connection, ("127.0.0.1", self._port))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[web.Web]:
    with web.served(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
def recorder(served: web.Web, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder(served.names.plain)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a way round connect()")

    monkeypatch.setattr(socket.socket, "connect", lambda sock, address: recorder.connect(sock, address))
    for way in ("connect_ex", "sendto", "sendmsg"):
        monkeypatch.setattr(socket.socket, way, never)
    for way in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        monkeypatch.setattr(socket, way, never)
    return recorder


def to_public(host: str, port: int) -> list[tuple[str, int]]:
    return [(PUBLIC, port)]


def fetcher(resolve: object = to_public, **guard: object) -> Fetcher:
    resolver = Resolver(resolve, threads=2, keep=0.0)  # type: ignore[arg-type]
    return Fetcher(Guard(**guard), resolver, LIMITS, AGENT.user_agent, slots=Connections())  # type: ignore[arg-type]


def fetched(url: str, sender: Fetcher) -> str | None:
    try:
        return sender.fetch(target_of(url)).problem
    except Forbidden as no:
        return no.problem


def visited(host: str, sender: Fetcher) -> Final:
    """Run a visit as a worker does, but without its turns."""
    steps = Visit(host, AGENT, []).run()
    ask = next(steps)
    while True:
        came = sender.fetch(ask.target, method=ask.method)
        capture = Capture(came.url, None, None, problem=came.problem, kind=kind_of(came.url))
        if head := parse_head(came.response):
            body, _ = plain_body(head.headers, came.response[head.length :])
            capture = dataclasses.replace(capture, status=head.status, headers=head.headers, body=body)
        try:
            ask = steps.send(Answer(capture, came.ended))
        except StopIteration as stop:
            final: Final = stop.value
            return final


def test_the_recorder_sees_connections() -> None:
    """The other tests could not fail otherwise."""
    with contextlib.closing(socket.socket()) as listening, pytest.MonkeyPatch.context() as patch:
        listening.bind(("127.0.0.1", 0))
        seen = Recorder(1)
        patch.setattr(socket.socket, "connect", lambda sock, address: seen.connect(sock, address))
        port = listening.getsockname()[1]
        assert fetched(f"http://127.0.0.1:{port}/", fetcher(allow_private=True)) == "connection refused"
        assert seen.asked == [("127.0.0.1", port)]


@pytest.mark.parametrize("url", SPELT)
def test_a_forbidden_target_is_not_connected_to_however_it_is_spelt(url: str, recorder: Recorder) -> None:
    assert fetched(url, fetcher())
    assert recorder.asked == []


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_resolves_to_a_forbidden_address_is_not_connected_to(address: str, recorder: Recorder) -> None:
    assert fetched("http://a.example/", fetcher(lambda host, port: [(address, port)])) == "forbidden address"
    assert recorder.asked == []


@pytest.mark.parametrize("address", PRIVATE)
def test_of_several_addresses_only_public_ones_are_connected_to(address: str, recorder: Recorder) -> None:
    fetched("https://a.example/", fetcher(lambda host, port: [(address, port), (PUBLIC, port)]))
    assert recorder.asked == [(PUBLIC, 443)]


@pytest.mark.parametrize("address", PRIVATE[:8])
def test_a_name_that_is_public_and_then_private_is_connected_to_at_its_public_address_alone(
    address: str, recorder: Recorder
) -> None:
    answers = iter([[(PUBLIC, 443)], [(PUBLIC, 80)], *[[(address, 80)]] * 10])
    visited("ok-8.example", fetcher(lambda host, port: next(answers)))
    assert set(recorder.asked) == {(PUBLIC, 443), (PUBLIC, 80)}
    assert len(recorder.asked) == 2


@pytest.mark.parametrize("kind", ["toprivate", "toftp", "tofile", "tojunk"])
def test_a_redirect_to_a_forbidden_target_is_not_followed(kind: str, recorder: Recorder) -> None:
    final = visited(f"{kind}-8.example", fetcher())
    assert final.state == "unreachable"
    assert final.detail in {"forbidden address", "forbidden scheme", "bad address"}
    assert set(recorder.asked) == {(PUBLIC, 443), (PUBLIC, 80)}


def test_a_redirect_to_a_name_that_resolves_to_a_private_address_is_not_followed(recorder: Recorder) -> None:
    def resolve(host: str, port: int) -> list[tuple[str, int]]:
        return [("10.0.0.1" if host.startswith("ok-") else PUBLIC, port)]

    final = visited("toother-8.example", fetcher(resolve))
    assert final == Final("unreachable", "forbidden address")
    assert {address for address, _ in recorder.asked} == {PUBLIC}


def test_a_document_at_a_private_address_is_not_fetched(recorder: Recorder) -> None:
    def resolve(host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1" if host.startswith("ok-") else PUBLIC, port)]

    assert visited("licensed-8.example", fetcher(resolve)).state == "collected"
    assert {address for address, _ in recorder.asked} == {PUBLIC}


def test_hosts_to_be_left_alone_are_not_even_looked_up(recorder: Recorder) -> None:
    def never(host: str, port: int) -> list[tuple[str, int]]:
        raise AssertionError(host)

    alone = HostList(["Example.com", "b.example."])
    for host in ("example.com", "www.example.com", "b.example", "x.y.b.example"):
        assert fetched(f"http://{host}/", fetcher(never, do_not_contact=alone)) == "do not contact"
    assert "notexample.com" not in alone
    assert recorder.asked == []


def test_a_proxy_in_the_environment_is_not_used(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    assert fetched("http://ok-8.example/robots.txt", fetcher()) is None
    assert recorder.asked == [(PUBLIC, 80)]


@pytest.mark.parametrize("port", [80, 443, 1024, 8080, 8443, 65535])
def test_the_ports_of_the_web_and_high_ones_are_let_pass(port: int) -> None:
    assert target_of(f"https://example.com:{port}/").port == port


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00:1450::1"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("HTTP://EXAMPLE.com", "http://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://example.com:443/", "https://example.com/"),
        ("http://bücher.example/ä b?ü#x", "http://xn--bcher-kva.example/%C3%A4%20b?%C3%BC"),
        ("http://example.com/a/../private/x", "http://example.com/private/x"),
        ("http://example.com/a/%2E%2e/private/./x", "http://example.com/private/x"),
        ("http://example.com\\a\\..\\private", "http://example.com/private"),
        ("http://example.com/../../a/..", "http://example.com/"),
        ("http://example.com//a//b", "http://example.com//a//b"),
        ("http://example.com?a/../b", "http://example.com/?a/../b"),
    ],
)
def test_what_robots_txt_is_asked_about_is_what_is_requested(url: str, form: str) -> None:
    assert target_of(url).url == form


@given(st.text(max_size=60))
def test_an_address_in_form_stays_as_it_is(text: str) -> None:
    try:
        target = target_of(f"http://example.com/{text}")
    except Forbidden:
        return
    assert target_of(target.url) == target
    assert target.url.isascii()
    assert target.url.isprintable()
    assert " " not in target.url


@given(st.text(max_size=60))
def test_any_text_is_either_forbidden_or_a_target(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}/"):
        try:
            target = target_of(url)
        except Forbidden:
            continue
        assert target.scheme in {"http", "https"}
        assert target.path.startswith("/")
