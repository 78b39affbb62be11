"""What a visit asks for, and where it stops, by what the site answers. No sockets: answers are made by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from collecting import AGENT
from hypothesis import given
from hypothesis import strategies as st

from datasummary.evidence.captures import Capture, kind_of
from datasummary.evidence.visits import Answer, Ask, Final, Visit

HOME = "http://a.example"
Told = tuple[int | None, dict[str, str], bytes, str | None]
REFUSED: Told = (None, {}, b"", "connection refused")


def told(status: int | None, body: bytes = b"", problem: str | None = None, **headers: str) -> Told:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, body, problem


def visit(web: dict[str, Told], authority: str = "a.example", sample: list[str] | None = None, **changed: Any) -> Any:
    """Run a visit; addresses that the web does not name are 404, those over https refused unless it names them."""
    asked: list[Ask] = []
    steps = Visit(authority, AGENT.model_copy(update=changed), sample or []).run()
    try:
        ask = next(steps)
        while True:
            asked.append(ask)
            url = ask.target.url
            status, headers, body, problem = web.get(url, REFUSED if url.startswith("https:") else told(404))
            at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
            capture = Capture(url, at, status, tuple(headers.items()), body, problem, kind=kind_of(url))
            ask = steps.send(Answer(capture, at.timestamp()))
            assert len(asked) < 100
    except StopIteration as stop:
        return stop.value, asked


def addresses(asked: list[Ask]) -> list[str]:
    return [ask.target.url for ask in asked]


def test_https_is_asked_first_and_http_only_where_nothing_answers() -> None:
    final, asked = visit({})
    assert final == Final("collected")
    assert addresses(asked) == [
        "https://a.example/robots.txt",
        f"{HOME}/robots.txt",
        f"{HOME}/.well-known/tdmrep.json",
        f"{HOME}/ai.txt",
    ]


@pytest.mark.parametrize("status", [200, 404, 403, 500, 301])
def test_whatever_https_answers_http_is_not_asked(status: int) -> None:
    _, asked = visit({"https://a.example/robots.txt": told(status)})
    assert not [url for url in addresses(asked) if url.startswith("http:")]


@pytest.mark.parametrize(
    "problem", ["name not resolved", "name lookup timed out", "forbidden address", "header too large"]
)
def test_where_http_could_do_no_better_it_is_not_asked(problem: str) -> None:
    final, asked = visit({"https://a.example/robots.txt": told(None, problem=problem)})
    assert len(asked) == 1
    assert final.detail == problem


@pytest.mark.parametrize("status", [401, 403, 407, 429, 451])
def test_a_refused_robots_txt_closes_the_site(status: int) -> None:
    final, asked = visit({f"{HOME}/robots.txt": told(status)})
    assert final == Final("refused", str(status))
    assert len(asked) == 2


@pytest.mark.parametrize("status", [400, 404, 410, 418])
def test_without_a_robots_txt_everything_may_be_asked_for(status: int) -> None:
    final, asked = visit({f"{HOME}/robots.txt": told(status)})
    assert final == Final("collected")
    assert len(asked) == 4


@pytest.mark.parametrize("answer", [told(500), told(503), told(200, b"User-a", "cut short"), told(304), told(302)])
def test_where_robots_txt_cannot_be_had_nothing_more_is_asked_for(answer: Told) -> None:
    final, asked = visit({f"{HOME}/robots.txt": answer})
    assert final.state == "unreachable"
    assert len(asked) == 2


def test_only_what_robots_txt_lets_our_token_have_is_asked_for() -> None:
    robots = b"User-agent: *\nDisallow:\n\nUser-agent: testbot\nDisallow: /ai.txt\nCrawl-delay: 4\n"
    _, asked = visit({f"{HOME}/robots.txt": told(200, robots)})
    assert addresses(asked)[2:] == [f"{HOME}/.well-known/tdmrep.json"]
    assert [ask.delay for ask in asked] == [0.0, 0.0, 4.0]


def test_the_robots_txt_at_the_end_of_a_redirect_holds_for_the_site_that_was_asked() -> None:
    web = {
        f"{HOME}/robots.txt": told(301, Location="http://www.a.example/robots.txt"),
        "http://www.a.example/robots.txt": told(200, b"User-agent: *\nDisallow: /ai.txt\n"),
    }
    final, asked = visit(web)
    assert final == Final("collected")
    assert addresses(asked)[2:] == ["http://www.a.example/robots.txt", f"{HOME}/.well-known/tdmrep.json"]


def test_a_redirect_to_another_file_is_followed_only_if_its_own_host_lets_us() -> None:
    web = {
        f"{HOME}/robots.txt": told(301, Location="http://b.example/files/a.txt"),
        "http://b.example/robots.txt": told(200, b"User-agent: *\nDisallow: /files/\n"),
        "http://b.example/files/a.txt": told(200, b""),
    }
    final, asked = visit(web)
    assert final == Final("unreachable", "redirected to what robots.txt forbids")
    assert "http://b.example/files/a.txt" not in addresses(asked)
    web["http://b.example/robots.txt"] = told(404)
    final, asked = visit(web)
    assert final == Final("collected")
    assert "http://b.example/files/a.txt" in addresses(asked)


def test_two_sites_whose_robots_txt_wait_for_each_other_are_both_given_up() -> None:
    web = {
        f"{HOME}/robots.txt": told(301, Location="http://b.example/a.txt"),
        "http://b.example/robots.txt": told(301, Location=f"{HOME}/b.txt"),
    }
    final, _ = visit(web)
    assert final.state == "unreachable"


def test_documents_are_fetched_only_where_their_own_sites_robots_txt_lets_us() -> None:
    web = {
        f"{HOME}/robots.txt": told(200, b"License: http://b.example/rsl.xml\nLicense: http://c.example/rsl.xml\n"),
        "http://b.example/robots.txt": told(200, b"User-agent: *\nDisallow: /rsl.xml\n"),
        "http://c.example/rsl.xml": told(200, b"<rsl/>"),
    }
    final, asked = visit(web)
    assert final == Final("collected")
    assert "http://c.example/rsl.xml" in addresses(asked)
    assert "http://b.example/rsl.xml" not in addresses(asked)


def test_a_document_named_many_times_is_asked_for_once_and_many_documents_not_all() -> None:
    names = "".join(f"License: {HOME}/{number}.xml\n" * 3 for number in range(50))
    _, asked = visit({f"{HOME}/robots.txt": told(200, names.encode())})
    documents = [url for url in addresses(asked) if url.endswith(".xml")]
    assert len(documents) == len(set(documents)) == 10


def test_a_redirected_document_stops_where_robots_txt_forbids_the_next_hop() -> None:
    web = {
        f"{HOME}/robots.txt": told(200, b"User-agent: *\nDisallow: /closed\n"),
        f"{HOME}/ai.txt": told(302, Location="/closed/ai.txt"),
    }
    _, asked = visit(web)
    assert f"{HOME}/closed/ai.txt" not in addresses(asked)


@pytest.mark.parametrize(("part", "method"), [("html", "GET"), ("headers", "HEAD")])
def test_sample_pages_are_asked_for_as_far_as_they_are_wanted_and_allowed(part: str, method: str) -> None:
    robots = told(200, b"User-agent: *\nDisallow: /no\n")
    pages = [f"{HOME}/no/1", f"{HOME}/yes/2", f"{HOME}/yes/3", f"{HOME}/yes/4"]
    _, asked = visit({f"{HOME}/robots.txt": robots}, sample=pages, page_part=part, pages=3)
    sampled = [(ask.method, ask.target.path) for ask in asked if ask.is_page]
    assert sampled == [(method, "/yes/2"), (method, "/yes/3")]


def test_a_site_that_says_when_to_come_back_is_asked_again_at_most_twice() -> None:
    final, asked = visit({f"{HOME}/robots.txt": told(503, Retry_After="5")})
    assert final == Final("postponed", "asked to wait")
    assert [ask.attempt for ask in asked] == [1, 1, 2, 3]


@pytest.mark.parametrize("problem", ["out of budget", "asked to wait"])
def test_a_site_that_is_held_back_is_postponed(problem: str) -> None:
    assert visit({f"{HOME}/robots.txt": told(None, problem=problem)})[0] == Final("postponed", problem)
    web = {f"{HOME}/robots.txt": told(200), f"{HOME}/ai.txt": told(None, problem=problem)}
    assert visit(web)[0] == Final("postponed", problem)


@pytest.mark.parametrize("authority", ["a.example:22", "a.example:6667", "", "a b", "[::1"])
def test_a_site_that_can_have_no_address_is_not_asked(authority: str) -> None:
    final, asked = visit({}, authority)
    assert final.state == "forbidden"
    assert not asked


PLACES = [f"{scheme}://{host}{path}" for scheme in ("http", "https") for host in ("a.example", "b.example")
          for path in ("/robots.txt", "/ai.txt", "/.well-known/tdmrep.json", "/x")]  # fmt: skip
ANSWERS = st.one_of(
    st.sampled_from([REFUSED, told(404), told(403), told(500), told(200, b"User-agent: *\nDisallow: /x\n")]),
    st.sampled_from(PLACES).map(lambda place: told(302, Location=place)),
    st.sampled_from(PLACES).map(lambda place: told(200, f"License: {place}\n".encode())),
)


@given(st.dictionaries(st.sampled_from(PLACES), ANSWERS))
def test_whatever_sites_answer_a_visit_ends_and_asks_the_same_when_told_the_same(web: dict[str, Told]) -> None:
    final, asked = visit(web)
    assert visit(web) == (final, asked)
    assert len(asked) <= 60
    assert final.state != "forbidden"
