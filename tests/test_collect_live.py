"""A collection from its plan to its evidence: what is visited and what is not, what is kept, how it goes on."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import web
from collecting import AGENT, collected, evidence_in, project_in, started, states_in
from fastwarc.warc import ArchiveIterator
from pydantic import ValidationError
from warcio.archiveiterator import ArchiveIterator as OtherIterator

from datasummary.errors import DataError, ProjectError
from datasummary.evidence.archive import Archive
from datasummary.evidence.live import hosts_in
from datasummary.evidence.settings import Collecting

HOSTS = [f"ok-{number}.example" for number in range(1, 25)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[web.Web]:
    with web.served(tmp_path_factory.mktemp("web")) as running:
        yield running


def never(host: str, port: int) -> list[tuple[str, int]]:
    raise AssertionError(f"{host} was looked up")


def records_in(folder: Path) -> list[Any]:
    found = []
    for path in sorted(evidence_in(folder).glob("*.warc.gz")):
        with path.open("rb") as stream:
            records = ArchiveIterator(stream, parse_http=False)
            found += [(record.headers["WARC-Type"], dict(record.headers), record.reader.read()) for record in records]
    return found


# The plan


def test_a_dry_run_plans_and_touches_neither_the_network_nor_the_disk(tmp_path: Path) -> None:
    result = collected(tmp_path, never, ["a.example", "b.example", "a.example"], dry_run=True)
    assert (result.plan.hosts, result.plan.to_visit, result.plan.requests) == (2, 2, 8)
    assert result.plan.seconds >= 3
    assert not (tmp_path / ".datasummary").exists()


def test_hosts_on_the_list_to_be_left_alone_are_not_planned(tmp_path: Path, served: web.Web) -> None:
    (tmp_path / "alone.txt").write_text("# on request, 2026-01-02\nok-1.example\nok-2.example.\n")
    settings = AGENT.model_copy(update={"do_not_contact": "alone.txt"})
    hosts = ["ok-1.example", "www-9.ok-2.example", "ok-1.example:8080", "ok-3.example"]
    result = collected(tmp_path, served.names, hosts, settings)
    assert result.plan.left_alone == 3
    assert set(states_in(tmp_path)) == {"ok-3.example"}


def test_a_redirect_to_a_host_that_is_to_be_left_alone_is_not_followed(tmp_path: Path, served: web.Web) -> None:
    (tmp_path / "alone.txt").write_text("ok-77.example\n")
    settings = AGENT.model_copy(update={"do_not_contact": "alone.txt"})
    collected(tmp_path, served.names, ["toother-77.example"], settings)
    assert states_in(tmp_path) == {"toother-77.example": ("unreachable", "do not contact")}


def test_a_list_to_be_left_alone_that_does_not_exist_stops_everything(tmp_path: Path) -> None:
    settings = AGENT.model_copy(update={"do_not_contact": "nowhere.txt"})
    with pytest.raises(ProjectError, match=r"nowhere\.txt: the list of hosts to be left alone"):
        collected(tmp_path, never, ["a.example"], settings)


def test_a_file_of_hosts_is_read_in_order_and_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hosts.txt"
    path.write_text("B.Example\n\n# comment\na.example:8080  # more\nbücher.example\n")
    assert hosts_in(path) == ["b.example", "a.example:8080", "xn--bcher-kva.example"]
    path.write_text("a.example\nhttps://b.example/\n")
    with pytest.raises(DataError, match=r"hosts\.txt, line 2: https://b\.example/ is no host"):
        hosts_in(path)
    with pytest.raises(DataError, match="cannot be read"):
        hosts_in(tmp_path / "nowhere.txt")


@pytest.mark.parametrize(
    "wrong",
    [
        {"agent": "Acme Bot"},
        {"agent": "AcmeBot/1.0"},
        {"agent": ""},
        {"contact": "me"},
        {"contact": "https://a.example/\r\nX: 1"},
        {"limits": {"delay": 0.5}},
        {"limits": {"redirects": 6}},
        {"pages": -1},
        {"max_age": float("nan")},
        {"colour": "red"},
    ],
)
def test_settings_that_make_no_polite_collection_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Collecting.model_validate({"agent": "AcmeBot", "contact": "bot@acme.example", **wrong})


def test_a_user_agent_and_a_contact_are_required() -> None:
    for given in ({"agent": "AcmeBot"}, {"contact": "bot@acme.example"}):
        with pytest.raises(ValidationError):
            Collecting.model_validate(given)


# Evidence


def test_each_process_writes_warc_files_of_its_own_that_say_how_they_were_made(tmp_path: Path, served: web.Web) -> None:
    result = collected(tmp_path, served.names, HOSTS, rolled_at=8_000)
    by_process = Counter(path.name.split("-")[2] for path in result.files)
    assert set(by_process) == {"0", "1"}
    assert min(by_process.values()) > 1
    for path in result.files:
        with path.open("rb") as stream:
            first = next(iter(OtherIterator(stream)))
            assert first.rec_type == "warcinfo"
            text = first.content_stream().read().decode()
            assert "software: datasummary/" in text
            assert f"http-header-user-agent: {AGENT.user_agent}" in text
            assert '"agent":"TestBot"' in text
    kinds = Counter(kind for kind, *_ in records_in(tmp_path))
    assert kinds["request"] == kinds["response"]
    requests = [block for kind, _, block in records_in(tmp_path) if kind == "request"]
    assert all(f"\r\nUser-Agent: {AGENT.user_agent}\r\n".encode() in block for block in requests)
    assert all(block.startswith(b"GET /") for block in requests)
    places = [head["WARC-IP-Address"] for kind, head, _ in records_in(tmp_path) if kind == "response"]
    assert all(place.startswith("127.") for place in places)


def test_sample_pages_are_asked_for_by_head_or_their_first_part_is_kept(tmp_path: Path, served: web.Web) -> None:
    pages = [("ok-4.example", f"http://ok-4.example/page/{number}") for number in range(3)]
    pages.append(("ok-4.example", "http://ok-4.example/private/page"))
    settings = AGENT.model_copy(update={"pages": 4, "page_part": "headers"})
    before = len(served.hits())
    collected(tmp_path, served.names, ["ok-4.example"], settings, pages=pages)
    asked = [(hit.method, hit.path) for hit in served.hits()[before:] if hit.path.startswith("/p")]
    assert asked == [("HEAD", f"/page/{number}") for number in range(3)]
    archive = Archive(evidence_in(tmp_path))
    captures = [capture for capture in archive.captures(archive.index()) if capture.kind == "page"]
    assert {tuple(capture.header("x-robots-tag")) for capture in captures if "/page/" in capture.url} == {("noai",)}


def test_what_was_fetched_is_not_fetched_again_before_its_time_and_then_asked_for_if_it_changed(
    tmp_path: Path, served: web.Web
) -> None:
    first = collected(tmp_path, served.names, HOSTS)
    again = collected(tmp_path, served.names, HOSTS)
    assert first.requests > 0
    assert (again.requests, again.plan.to_visit) == (0, 0)
    before = len(served.hits())
    time.sleep(1)
    refreshed = collected(tmp_path, served.names, HOSTS, max_age=0.0)
    assert refreshed.plan.to_visit == len(HOSTS)
    robots = [hit for hit in served.hits()[before:] if hit.path == web.ROBOTS]
    assert len(robots) == len(HOSTS)
    assert all(hit.conditional for hit in robots)
    revisits = [head for kind, head, _ in records_in(tmp_path) if kind == "revisit"]
    assert len(revisits) == len(HOSTS)
    assert {head["WARC-Profile"].rpartition("/")[2] for head in revisits} == {"server-not-modified"}
    archive = Archive(evidence_in(tmp_path))
    bodies: dict[str, list[bytes]] = {}
    for capture in archive.captures(archive.index()):
        if capture.url.endswith("/robots.txt") and capture.outcome == "answered":
            bodies.setdefault(capture.url, []).append(capture.body)
    assert all(len(twice) == 2 and twice[0] == twice[1] for twice in bodies.values())


def test_many_hosts_on_one_address_share_eight_connections(tmp_path: Path) -> None:
    with web.served(tmp_path, hosts_per_address=1000) as served:
        hosts = [f"ok-{number}.example" for number in range(1, 80)] + [f"drip-{number}.example" for number in range(9)]
        collected(tmp_path / "project", served.names, hosts, threads=16)
        hits = served.hits()
    assert len({hit.address for hit in hits}) == 1
    events = sorted([(hit.begun, 1) for hit in hits] + [(hit.ended, -1) for hit in hits])
    open_now = most = 0
    for _, step in events:
        open_now += step
        most = max(most, open_now)
    assert 4 < most <= 8
    assert {state for host, (state, _) in states_in(tmp_path / "project").items() if host.startswith("ok")} == {
        "collected"
    }


def test_a_hosts_budget_ends_its_visits(tmp_path: Path, served: web.Web) -> None:
    limits = AGENT.limits.model_copy(update={"requests_per_host": 6})
    settings = AGENT.model_copy(update={"limits": limits})
    hosts = ["ok-96.example", "toother-96.example"]
    pages = [("ok-96.example", f"http://ok-96.example/page/{number}") for number in range(9)]
    before = len(served.hits())
    collected(tmp_path, served.names, hosts, settings.model_copy(update={"pages": 9}), pages=pages)
    assert len([hit for hit in served.hits()[before:] if hit.host == "ok-96.example"]) <= 6
    assert states_in(tmp_path)["ok-96.example"] == ("postponed", "out of budget")


def test_a_site_that_asks_for_longer_pauses_than_a_collection_may_take_is_postponed(
    tmp_path: Path, served: web.Web
) -> None:
    limits = AGENT.limits.model_copy(update={"seconds_per_host": 1.5})
    collected(tmp_path, served.names, ["ok-57.example"], AGENT.model_copy(update={"limits": limits}))
    assert states_in(tmp_path)["ok-57.example"][0] == "postponed"


# Going on


def test_stopped_by_the_user_a_collection_says_so_and_goes_on(tmp_path: Path, served: web.Web) -> None:
    hosts = [f"ok-{number}.example" for number in range(1, 1200)]
    folder = tmp_path / "project"
    process = started(folder, served, hosts, processes=2, threads=8)
    until = time.monotonic() + 60
    while time.monotonic() < until and not done_in(folder):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0
    done = done_in(folder)
    assert 0 < len(done) < len(hosts)
    before = len(served.hits())
    result = collected(folder, served.names, hosts, threads=24)
    assert result.to_do == 0
    assert result.sites["collected"] == len(hosts)
    assert not {hit.host for hit in served.hits()[before:]} & done


def done_in(folder: Path) -> set[str]:
    """Give the origins that have a final state."""
    if not (folder / ".datasummary/collect/journal.sqlite3").exists():
        return set()
    try:
        return {host for host, (state, _) in states_in(folder).items() if state}
    except sqlite3.OperationalError:
        return set()


def test_records_that_were_lost_with_the_end_of_a_file_are_fetched_again(tmp_path: Path, served: web.Web) -> None:
    hosts = HOSTS[:8]
    collected(tmp_path, served.names, hosts, processes=1)
    (path,) = evidence_in(tmp_path).glob("*.warc.gz")
    path.write_bytes(path.read_bytes()[:-1500])
    (evidence_in(tmp_path) / "index" / f"{path.name.removesuffix('.warc.gz')}.parquet").unlink()
    with sqlite3.connect(tmp_path / ".datasummary/collect/journal.sqlite3") as journal:
        prefix = path.name.removesuffix(".warc.gz").rsplit("-", 2)[0]
        journal.execute("UPDATE settings SET value = ? WHERE name = 'running'", [prefix])
    journal.close()
    result = collected(tmp_path, served.names, hosts, processes=1)
    assert 0 < result.requests < 8
    assert result.to_do == 0
    archive = Archive(evidence_in(tmp_path))
    bodies = {capture.url: capture.body for capture in archive.captures(archive.index())}
    for host in hosts:
        for name in (web.ROBOTS, web.TDMREP, web.AI_TXT):
            if web.allowed(web.number_of(host), name):
                assert bodies[f"http://{host}{name}"] == web.healthy(web.number_of(host), name)[2]


def test_evidence_is_there_to_read_while_the_collection_runs(tmp_path: Path, served: web.Web) -> None:
    hosts = [f"ok-{number}.example" for number in range(1, 40)] + [f"silent-{number}.example" for number in range(99)]
    process = started(tmp_path / "project", served, hosts, processes=1, threads=4, rolled_at=20_000)
    archive = Archive(evidence_in(tmp_path / "project"))
    try:
        until = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < until and not archive.index().num_rows:
            time.sleep(0.2)
        assert process.poll() is None
        rows = archive.index()
        assert rows.num_rows > 0
        assert len(list(archive.captures(rows))) == rows.num_rows
    finally:
        process.kill()
        process.communicate()


def test_hosts_added_while_a_collection_is_cut_off_are_visited_too(tmp_path: Path, served: web.Web) -> None:
    collected(tmp_path, served.names, HOSTS[:3])
    result = collected(tmp_path, served.names, HOSTS[:6])
    assert result.plan.to_visit == 3
    assert set(states_in(tmp_path)) == set(HOSTS[:6])


# Another server


@pytest.mark.needs("nginx-light")
def test_nginx_is_collected_from_as_it_serves(tmp_path: Path) -> None:
    import trustme

    folder = tmp_path / "nginx"
    (folder / "root/.well-known").mkdir(parents=True)
    robots = b"User-agent: *\nDisallow: /private/\n" + b"# a line that compresses well\n" * 200
    (folder / "root/robots.txt").write_bytes(robots)
    (folder / "root/.well-known/tdmrep.json").write_bytes(b'[{"location": "/", "tdm-reservation": 1}]')
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    authority.issue_cert("ok-5.example").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    plain, tls = web.free_port(), web.free_port()
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/pid; error_log {folder}/error.log; master_process off;
        events {{ worker_connections 64; }}
        http {{
          access_log {folder}/access.log; gzip on; gzip_types text/plain; default_type text/plain; types {{ }}
          client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
          uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
          server {{ listen 127.0.0.1:{plain}; listen 127.0.0.1:{tls} ssl; root {folder}/root;
                    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem; }}
        }}""")
    process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        web.wait_for_port(plain)
        names = web.OneServer(plain, tls)
        project = tmp_path / "project"
        result = collected(project, names, ["ok-5.example", "ok-6.example"], authority=str(folder / "authority.pem"))
        assert result.sites["collected"] == 2
    finally:
        process.terminate()
        process.wait()
    archive = Archive(evidence_in(project))
    captures = {capture.url: capture for capture in archive.captures(archive.index())}
    assert captures["https://ok-5.example/robots.txt"].body == robots
    assert captures["https://ok-5.example/robots.txt"].header("content-encoding") == ["gzip"]
    assert captures["https://ok-5.example/ai.txt"].status == 404
    assert "http://ok-5.example/robots.txt" not in captures
    assert captures["https://ok-6.example/robots.txt"].problem == "certificate"
    assert captures["http://ok-6.example/robots.txt"].body == robots
    assert b"TestBot" in (folder / "access.log").read_bytes()


def test_the_summary_can_be_written_as_json(tmp_path: Path, served: web.Web) -> None:
    import dataclasses

    result = collected(tmp_path, served.names, HOSTS[:2])
    text = json.dumps(dataclasses.asdict(result), default=str)
    assert json.loads(text)["sites"]["collected"] == 2
    assert project_in(tmp_path).home == tmp_path
