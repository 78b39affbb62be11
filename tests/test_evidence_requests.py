"""Requests that rightsholders sent: each line a statement about a domain or its addresses, or an error that names it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from evidence_files import captures_of, project_in

from datasummary.errors import DataError
from datasummary.evidence.intake import collect
from datasummary.protocols.direct_request import read

HEADER = "domain,url_pattern,date,reference\n"


def error_of(folder: Path, text: str) -> str:
    (folder / "requests.csv").write_text(text, "utf-8")
    with pytest.raises(DataError) as raised:
        collect(project_in(folder), requests=folder / "requests.csv")
    return str(raised.value)


def test_a_request_is_kept_as_evidence_of_its_domain(tmp_path: Path) -> None:
    (tmp_path / "requests.csv").write_text(
        "\ufeffReference,Domain,Date,URL_Pattern\r\n"
        '"letter, 7",WWW.Bücher.example,2025-03-31,\r\n'
        "\r\n"
        "mail 8,,1 Apr 2025,https://News.example/archive/*\r\n"
        "mail 9,example.org,20250402,*.jpg\r\n"
        "mail 10,example.org,2025-04-03,https://www.example.org/a\r\n",
        "utf-8",
    )
    project = project_in(tmp_path)
    result = collect(project, requests=tmp_path / "requests.csv")
    index = result.arrow().to_pylist()
    assert {(row["authority"], row["kind"], row["status"], row["outcome"]) for row in index} == {
        ("www.xn--bcher-kva.example", "request", None, "answered"),
        ("news.example", "request", None, "answered"),
        ("example.org", "request", None, "answered"),
        ("www.example.org", "request", None, "answered"),
    }
    captures = {json.loads(capture.body)["reference"]: capture for capture in captures_of(project)}
    assert json.loads(captures["letter, 7"].body) == {
        "domain": "WWW.Bücher.example",
        "url_pattern": "",
        "date": "2025-03-31",
        "reference": "letter, 7",
    }
    assert captures["mail 8"].url == "https://news.example/"
    assert captures["mail 8"].captured == dt.datetime(2025, 4, 1, tzinfo=dt.UTC)
    patterns = {reference: [signal.pattern for signal in read(capture)] for reference, capture in captures.items()}
    assert patterns == {"letter, 7": [""], "mail 8": ["/archive/*"], "mail 9": ["/*.jpg"], "mail 10": ["/a"]}


def test_a_list_that_has_grown_adds_only_what_is_new(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    (tmp_path / "a.csv").write_text(HEADER + "example.org,,2025-03-31,1\n")
    (tmp_path / "b.csv").write_text(HEADER + "example.org,,2025-03-31,1\nexample.com,,2025-04-01,2\n")
    collect(project, requests=tmp_path / "a.csv")
    (file,) = collect(project, requests=tmp_path / "b.csv").files
    assert (file.captures, file.there_already) == (1, 1)
    assert len(captures_of(project)) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",,2025-03-31,1", "domain: there is none"),
        ("two words,,2025-03-31,1", "domain: 'two words' is no domain"),
        ("localhost,,2025-03-31,1", "domain: 'localhost' is no domain"),
        ("a..b,,2025-03-31,1", "domain: 'a..b' is no domain"),
        ("example.org,,,1", "date: '' is no date"),
        ("example.org,,31.03.2025,1", "date: '31.03.2025' is no date; write for instance 2025-03-31"),
        (",/news/,2025-03-31,1", "domain: there is none"),
        (",*.jpg,2025-03-31,1", "domain: there is none"),
        (",https://,2025-03-31,1", "url_pattern: 'https://' is no address"),
        (",ftp://example.org/,2025-03-31,1", "url_pattern: 'ftp://example.org/' is no address"),
        ("example.org,https://example.com/,2025-03-31,1", "lies on example.com, the domain is example.org"),
        ("example.org,2025-03-31,1", "3 cells, the header has 4"),
    ],
)
def test_a_request_that_cannot_be_placed_is_an_error_that_names_line_and_field(
    tmp_path: Path, line: str, said: str
) -> None:
    message = error_of(tmp_path, f'{HEADER}example.org,,2025-01-01,"two\nlines"\n{line}\n')
    assert "requests.csv: line 4: " in message
    assert said in message
    assert captures_of(project_in(tmp_path)) == []


@pytest.mark.parametrize(
    ("header", "absent"),
    [
        ("", "date or domain or reference"),
        ("domain,date", "reference"),
        ("host,date,reference", "domain"),
        ("url_pattern,reference", "date"),
    ],
)
def test_a_column_that_is_not_there_is_named(tmp_path: Path, header: str, absent: str) -> None:
    assert f"line 1: there is no column {absent};" in error_of(tmp_path, f"{header}\n")


def test_a_file_that_is_no_csv_in_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "requests.csv").write_bytes(HEADER.encode() + b"b\xfccher.example,,2025-03-31,1\n")
    with pytest.raises(DataError, match=r"requests\.csv: cannot be read as CSV in UTF-8"):
        collect(project_in(tmp_path), requests=tmp_path / "requests.csv")
    with pytest.raises(DataError, match=r"none\.csv: no file matches"):
        collect(project_in(tmp_path), requests=tmp_path / "none.csv")
