"""Filtered shards are the original less what is left out, and otherwise the same, in every format."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filter_projects import FREE, OUT, SOME, filterable, filtered, is_left_out, unpacked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manifest_files import FORMATS, compressed, write_rows
from scan_projects import WEB, write_project
from test_batches import http, record

from datasummary.errors import DataError
from datasummary.inventory import scan
from datasummary.manifests.columns import ColumnPath
from datasummary.manifests.layouts import Layout, read_layout
from datasummary.manifests.leaving import LeftOut
from datasummary.manifests.shards import list_shards
from datasummary.manifests.table_copies import copy_parquet
from datasummary.manifests.text_copies import copy_text
from datasummary.project import Project

URLS = [
    None,
    "",
    "no address",
    *(f"{site}/{path}" for site in (OUT, SOME, FREE) for path in ("", "no", "no/1", "yes?#,")),
]


def totals(project: Project) -> tuple[int, int]:
    """Documents and size that a scan counts."""
    row = scan(project).sources.arrow().to_pylist()[0]
    return row["documents"], row["size"]


def made_up(count: int, seed: int = 1) -> list[tuple[str | None, float, str, str]]:
    rng = random.Random(seed)
    return [(rng.choice(URLS), float(rng.randrange(1000)), "en", "2025-01-01") for _ in range(count)]


@pytest.mark.parametrize("format_", FORMATS)
def test_what_stays_is_what_was_there_less_what_is_left_out(tmp_path: Path, format_: str) -> None:
    rows = made_up(500)
    home = tmp_path / "home"
    write_rows(home / f"data/part.{format_}", rows)
    source = WEB | {"columns": {"size": "size"}}
    project = filterable(home, source)
    result = filtered(project, tmp_path / "clean")
    stay = [row for row in rows if not is_left_out(row[0])]
    write_rows(tmp_path / f"expected/part.{format_}", stay)
    found, expected = tmp_path / f"clean/web/data/part.{format_}", tmp_path / f"expected/part.{format_}"
    if format_ == "parquet":
        assert pq.read_table(found).equals(pq.read_table(expected), check_metadata=True)
    else:
        assert unpacked(found) == unpacked(expected)
    again = write_project(tmp_path / "again", source | {"manifests": [str(tmp_path / "clean/web")]})
    assert totals(again) == (len(stay), sum(int(row[1]) for row in stay))
    measure = result.receipt["sources"][0]["measures"][0]
    assert measure["after"] == {"documents": len(stay), "size": sum(int(row[1]) for row in stay)}
    assert measure["before"]["documents"] == 500


# --- CSV and JSON Lines, byte for byte


def run_on(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], **more: Any) -> dict[str, bytes]:
    """Filter some files and give what is written."""
    home = tmp_path_factory.mktemp("lines")
    (home / "data").mkdir()
    for name, data in files.items():
        (home / "data" / name).write_bytes(compressed(data, Path(name).suffix))
    project = filterable(home, WEB | {"unit": "documents", **more})
    filtered(project, home / "clean")
    return {path.name: unpacked(path) for path in (home / "clean/web/data").iterdir()}


def run_on_csv(tmp_path_factory: pytest.TempPathFactory, data: str, **more: Any) -> str:
    """Filter one CSV file and give what is written."""
    return run_on(tmp_path_factory, {"a.csv": data.encode()}, **more)["a.csv"].decode()


cells = st.sampled_from(["", "a", "ü", "a b", "'", "5", " x "])
quoted = st.sampled_from(['"a"', '"a,b"', '"a\nb"', '"a\r\nb"', '"say ""no"""', '"\n\n"', '"https://out.example.com/"'])
some_urls = st.sampled_from([url for url in URLS if url and "," not in url] + [""])


@st.composite
def csv_files(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A CSV file, and what must be left of it."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    tabs = end == "\n" and draw(st.booleans())
    sep = "\t" if tabs else ","
    text = kept = (
        draw(st.sampled_from(["", "\ufeff"])) + sep.join(["note", '"url"' if draw(st.booleans()) else "url", "x"]) + end
    )
    rows = draw(st.lists(st.tuples(cells | quoted, some_urls, st.booleans(), cells, st.booleans()), max_size=12))
    for number, (note, url, quote, last, blank) in enumerate(rows):
        line = sep.join([note.replace("\t", ""), f'"{url}"' if quote else url, last])
        final = number == len(rows) - 1 and draw(st.booleans())
        line += "" if final else end
        text += line
        kept += "" if is_left_out(url) else line
        if blank and not final:
            text, kept = text + end, kept + end
    return text.encode(), kept.encode()


suffixes = st.sampled_from(["", ".gz", ".zst"])


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(csv_files(), suffixes), min_size=1, max_size=9))
def test_lines_of_csv_that_stay_are_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[tuple[bytes, bytes], str]]
) -> None:
    files = {}
    for number, ((data, kept), suffix) in enumerate(drawn):
        kind = "tsv" if b"\t" in data.split(b"\n")[0] else "csv"
        files[f"{number}.{kind}{suffix}"] = data, kept
    found = run_on(tmp_path_factory, {name: data for name, (data, _) in files.items()})
    assert found == {name: kept for name, (_, kept) in files.items()}


@st.composite
def json_files(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A JSON Lines file, and what must be left of it."""
    lines = [(json.dumps({"url": FREE}) + "\n", True)]
    for url, blank in draw(st.lists(st.tuples(some_urls, st.sampled_from(["", " ", "\t"])), max_size=12)):
        row = draw(
            st.sampled_from([{"url": url}, {"text": '\n"', "url": url}, {"x": {"url": FREE}, "url": url, "ü": [1.5]}])
        )
        text = blank + json.dumps(row, ensure_ascii=draw(st.booleans())) + blank
        lines.append((text + draw(st.sampled_from(["\n", "\r\n"])), not is_left_out(url)))
        lines.append((draw(st.sampled_from(["", "", "\n", " \n"])), True))
    if draw(st.booleans()) and not lines[-1][0]:
        lines[-2] = (lines[-2][0].rstrip("\r\n"), lines[-2][1])
    return tuple("".join(text for text, stays in lines if stays or whole).encode() for whole in (True, False))


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(json_files(), suffixes), min_size=1, max_size=9))
def test_lines_of_json_that_stay_are_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[tuple[bytes, bytes], str]]
) -> None:
    files = {f"{number}.jsonl{suffix}": both for number, (both, suffix) in enumerate(drawn)}
    found = run_on(tmp_path_factory, {name: data for name, (data, _) in files.items()})
    assert found == {name: kept for name, (_, kept) in files.items()}


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (f"url\n{OUT}/\n\n{FREE}/\n\n", f"url\n\n{FREE}/\n\n"),
        (f"url\r{OUT}/\r{FREE}/\r", f"url\r{FREE}/\r"),
        (f"url,a\n{OUT}/,1\n\n{FREE}/,2", f"url,a\n\n{FREE}/,2"),
        (f"url,a\n{FREE}/,2\n{OUT}/,1", f"url,a\n{FREE}/,2\n"),
        (f'url,a\n{OUT}/,x"y\n{FREE}/,z"\n', f'url,a\n{FREE}/,z"\n'),
        (f'"u\nrl",url\n1,{OUT}/\n2,{FREE}/\n', f'"u\nrl",url\n2,{FREE}/\n'),
        (f"url,a\n{OUT}/,{'x' * 200_000}\n{FREE}/,{'y' * 200_000}\n", f"url,a\n{FREE}/,{'y' * 200_000}\n"),
        (f"url,a\n{OUT}/,1\n", "url,a\n"),
    ],
    ids=["blank rows of one column", "carriage returns", "blank lines", "last line", "stray quotes", "a header of two lines",
         "long cells", "nothing stays"],
)  # fmt: skip
def test_odd_csv_is_cut_where_the_scan_cuts_it(tmp_path_factory: pytest.TempPathFactory, data: str, kept: str) -> None:
    assert run_on_csv(tmp_path_factory, data) == kept


def test_rows_that_where_does_not_keep_are_no_documents_and_stay(tmp_path_factory: pytest.TempPathFactory) -> None:
    data = f"url,status\n{OUT}/1,ok\n{OUT}/2,error\n{FREE}/3,ok\n{SOME}/no,error\n"
    kept = f"url,status\n{OUT}/2,error\n{FREE}/3,ok\n{SOME}/no,error\n"
    assert run_on_csv(tmp_path_factory, data, where={"status": "ok"}) == kept


def test_addresses_are_found_inside_structs_and_json(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = [{"meta": {"u": url}, "n": n} for n, url in enumerate([f"{OUT}/", f"{FREE}/", f"{SOME}/no", None])]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    kept = b"".join(data.splitlines(keepends=True)[n] for n in (1, 3))
    assert run_on(tmp_path_factory, {"a.jsonl": data}, columns={"url": "meta.u"}) == {"a.jsonl": kept}


# --- CDXJ and WARC


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_lines_of_cdxj_that_stay_are_the_same_bytes(tmp_path_factory: pytest.TempPathFactory, suffix: str) -> None:
    lines = [b"!OpenWayback-CDXJ 1.0\n", b"\n"]
    for number, url in enumerate(url for url in URLS if url):
        fields = json.dumps({"url": url, "length": str(number)})
        lines.append(f"com,example)/{number} 2025010203040{number % 10} {fields}\n".encode())
    kept = [line for line in lines if not any(f'"{url}"'.encode() in line for url in URLS if is_left_out(url))]
    assert 2 < len(kept) < len(lines)
    assert run_on(tmp_path_factory, {f"a.cdxj{suffix}": b"".join(lines)}) == {f"a.cdxj{suffix}": b"".join(kept)}


def warc_records() -> list[tuple[bytes, bool]]:
    """Records, and whether each stays."""
    made = [(record(b"software: tests\r\n", "warcinfo"), True)]
    for url in URLS[2:]:
        address = str(url)
        made += [
            (record(b"GET / HTTP/1.1\r\n\r\n", "request", address), True),
            (record(http(b"WARC/1.0\r\n" * 3 + address.encode()), "response", address), not is_left_out(url)),
            (record(b"text", "conversion", address), not is_left_out(url)),
            (record(b"", "revisit", address), True),
        ]
    return made


@pytest.mark.parametrize("packed", [False, True])
def test_records_of_warc_that_stay_are_the_same_bytes(tmp_path: Path, packed: bool) -> None:
    records = [(gzip.compress(data, mtime=0) if packed else data, stays) for data, stays in warc_records()]
    path = tmp_path / f"data/a.warc{'.gz' if packed else ''}"
    path.parent.mkdir()
    path.write_bytes(b"".join(data for data, _ in records))
    filtered(filterable(tmp_path, WEB | {"unit": "bytes"}), tmp_path / "clean")
    assert (tmp_path / "clean/web/data" / path.name).read_bytes() == b"".join(data for data, stays in records if stays)


def test_warc_that_is_one_stream_is_refused_in_words_that_name_another_way(tmp_path: Path) -> None:
    path = tmp_path / "data/a.warc.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(b"".join(data for data, _ in warc_records())))
    project = filterable(tmp_path, WEB | {"unit": "bytes"})
    with pytest.raises(DataError, match=r"data/a\.warc\.gz: .*gzip members of their own.*out/internal/exclusions"):
        filtered(project, tmp_path / "clean")
    assert not list((tmp_path / "clean").rglob("*.warc.gz"))


# --- rows that are counted otherwise


def layout(folder: Path, name: str, data: bytes) -> Layout:
    (folder / name).write_bytes(data)
    return read_layout(list_shards([name], folder)[0])


def leaving(*rows: tuple[int, int]) -> LeftOut:
    return LeftOut(np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.int32))


def test_rows_that_are_not_the_judged_ones_are_never_taken_for_them(tmp_path: Path) -> None:
    csv = layout(tmp_path, "a.csv", b"n,url\n1,\xc3\xbcabc\n2,\n3,ab\n")
    url, target = ColumnPath("url"), tmp_path / "copy"
    assert copy_text(csv, leaving((0, 4), (1, -1)), url, target) == 3
    assert target.read_bytes() == b"n,url\n3,ab\n"
    with pytest.raises(ValueError, match="row 1 has an address of 4 characters, and the one that was judged has 3"):
        copy_text(csv, leaving((0, 3)), url, target)
    lines = layout(tmp_path, "a.jsonl", '{"url": "üabc"}\n\n{"url": null}\n{"url": "ab"}\n'.encode())
    assert copy_text(lines, leaving((0, 4), (1, -1)), url, target) == 3
    assert target.read_bytes() == b'\n{"url": "ab"}\n'
    with pytest.raises(ValueError, match="row 3 has an address of 2 characters, and the one that was judged has -1"):
        copy_text(lines, leaving((2, -1)), url, target)
    pq.write_table(pa.table({"url": ["üabc", None, "ab"]}), tmp_path / "a.parquet", row_group_size=1)
    parquet = read_layout(list_shards(["a.parquet"], tmp_path)[0])
    assert copy_parquet(parquet, leaving((0, 4), (1, -1)), url, target) == 3
    assert pq.read_table(target).to_pydict() == {"url": ["ab"]}
    with pytest.raises(ValueError, match="row 3 has an address of 2 characters"):
        copy_parquet(parquet, leaving((2, 3)), url, target)
