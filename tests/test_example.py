"""What `init` writes: a plain project that explains every key, and an example whose figures are known.

The figures are counted twice: they stand here as a table, and a plain loop over every row, with tldextract and
without anything of this package, must come to the same.
"""

import gzip
import math
import re
from pathlib import Path
from typing import get_args

import idna
import pytest
from example_rows import COLUMNS, domain_of, month_of, reach, read, rows_of, size_of
from pydantic import BaseModel

from datasummary.errors import ProjectError
from datasummary.example import init
from datasummary.project import Project
from datasummary.sources import CATEGORIES

ROOT = Path(__file__).parents[1]

EXPECTED = {
    # source, modality: documents, of which with a domain, size, bad sizes, domains, first month, last month
    ("web-crawl-2025", "text"): (200_000, 198_090, 158_003_901, 559, 4_000, "2024-06", "2026-01"),
    ("image-crawl-2025", "image"): (18_339, 18_339, 18_339, 0, 3_021, "2024-06", "2026-01"),
    ("image-crawl-2025", "text"): (18_339, 18_339, 630_924, 45, 3_021, "2024-06", "2026-01"),
    ("podcasts-2025", "audio"): (3_000, 3_000, 1_624.077, 24, 100, "2024-06", "2026-01"),
    ("open-encyclopaedia", "text"): (12_000, 0, 12_985_536, 0, 0, "2012-01", "2024-12"),
    ("town-minutes", "text"): (200, 0, 149_367, 0, 0, "2018-01", "2024-12"),
    ("assistant-chats", "text"): (2_000, 0, 1_643_811, 0, 0, "2024-06", "2026-01"),
}


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    init(folder, example=True)
    return folder


def naive_figures(folder):
    figures = {}
    for source, (_, address, date, sizes) in COLUMNS.items():
        rows = rows_of(folder, source)
        domains = [domain_of(reach(row, address)) if address else None for row in rows]
        months = [month for row in rows if (month := month_of(reach(row, date)))]
        for modality, column in sizes.items():
            measured = [size_of(reach(row, column)) if column else 1.0 for row in rows]
            figures[source, modality] = (
                len(rows),
                sum(domain is not None for domain in domains),
                round(math.fsum(size for size in measured if size is not None), 3),
                sum(size is None for size in measured),
                len(set(domains) - {None}),
                min(months),
                max(months),
            )
    return figures


def test_the_figures_of_the_example_are_those_a_plain_loop_counts(example):
    assert naive_figures(example) == EXPECTED


def test_the_readme_of_the_example_states_the_same_figures():
    readme = (ROOT / "pipelines/example/README.md").read_text(encoding="utf-8")
    for (source, modality), (documents, attributed, size, bad, domains, first, last) in EXPECTED.items():
        cells = [source, modality, f"{documents:,}", f"{attributed:,}", f"{size:,}", f"{bad:,}", f"{domains:,}"]
        assert "| " + " | ".join([*cells, first, last]) + " |" in readme


def test_the_example_is_the_same_bytes_each_time(example, tmp_path):
    written = init(tmp_path / "again", example=True)
    assert written[0].name == "datasummary.yaml"
    for path in written:
        assert path.read_bytes() == (example / path.relative_to(tmp_path / "again")).read_bytes()


def test_every_crawler_of_the_example_answers_every_question(example):
    project = Project.load(example / "datasummary.yaml")
    answers = [
        answer
        for source in project.sources
        for crawler in source.crawlers
        for answer in crawler.respects.model_dump().values()
    ]
    assert len(answers) == 15  # five questions for a crawler of each of three sources
    assert None not in answers


def test_the_example_says_what_is_in_each_modality_of_a_source_of_two(example):
    project = Project.load(example / "datasummary.yaml")
    named = {
        (source.name, measure.modality): measure.content_types
        for source in project.sources
        for measure in source.measures
        if len(source.measures) > 1
    }
    assert named == {
        ("image-crawl-2025", "image"): ["photography", "illustrations", "infographics"],
        ("image-crawl-2025", "text"): ["captions"],
        ("press-archive", "text"): ["press"],
        ("press-archive", "image"): ["press photography"],
    }


def test_the_example_has_every_category_and_a_word_for_nearly_every_section(example):
    project = Project.load(example / "datasummary.yaml")
    assert {source.category for source in project.sources} == set(CATEGORIES)
    assert {measure.modality for source in project.sources for measure in source.measures} == {"text", "image", "audio"}
    generators = [generator for source in project.sources for generator in source.generators]
    assert {generator.on_market for generator in generators} == {True, False}
    assert {source.user_data_from for source in project.sources_of("user_data")} == {"model", "other_service"}
    assert {source.publicly_known for source in project.sources_of("third_party")} == {True, False}
    for source in project.sources:
        for pattern in source.manifests:
            assert list(source.home.glob(pattern)), f"{source.name}: {pattern} matches nothing"


def test_one_public_dataset_of_the_example_is_large_and_one_is_not():
    large, small = (EXPECTED[name, "text"][2] for name in ("open-encyclopaedia", "town-minutes"))
    assert large / (large + small) > 0.03 > small / (large + small)


@pytest.mark.parametrize(
    "kind",
    [r'null', r'""', r'"   "', r'"/\w', r'"\w[^/:"]*\.\w+/', r'"//', r'"HTTPS://WWW\.[A-ZА-ЯÜ]', r'"https://[^/]*:8443/',
     r'"https://[^/]*@', r'"https://[^/]*\./', r'"http://192\.', r'"http://\[', r'"ftp:', r'"mailto:', r'"https:///',
     r'"http://intranet/', r'"http://printer\.office\.local/', r'"https://\w+ ', r'"https://[^/]*\.рф/',
     r'"https://[^/]*xn--'],
)  # fmt: skip
def test_each_kind_of_dirt_occurs_in_the_addresses(example, kind):
    lines = gzip.decompress((example / "data/web/part-2.jsonl.gz").read_bytes()).decode()
    assert re.search(rf'^{{"url": {kind}', lines, re.MULTILINE)


def test_every_host_of_the_example_is_plainly_fictional(example):
    named = {domain_of(row["url"]) for path in (example / "data/web").iterdir() for row in read(path)} - {None}
    for domain in named:
        label = idna.decode(domain.split(".")[0])
        assert label.endswith(("-example", "-пример"))


def test_an_existing_project_file_is_never_overwritten(tmp_path):
    (tmp_path / "datasummary.yaml").write_text("mine")
    with pytest.raises(ProjectError, match=r"datasummary\.yaml: exists and is not overwritten"):
        init(tmp_path)
    assert (tmp_path / "datasummary.yaml").read_text() == "mine"


def test_existing_data_is_never_overwritten_and_nothing_else_is_written_beside_it(tmp_path):
    mine = tmp_path / "data/audio/episodes.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(ProjectError, match=r"episodes\.csv: exists"):
        init(tmp_path, example=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ProjectError, match=r"taken: cannot be written: .*; choose another folder"):
        init(tmp_path / "taken")


def plain(tmp_path):
    (path,) = init(tmp_path / "new" / "folder")
    return path


def test_the_plain_project_loads_as_it_stands_and_its_placeholders_are_marked(tmp_path):
    project = Project.load(plain(tmp_path))
    assert project.provider.name.startswith("Your")
    assert project.provider.contact.startswith("Your")


def test_the_plain_project_loads_with_every_key_uncommented(tmp_path):
    path = plain(tmp_path)
    path.write_text(re.sub(r"^( *)#(?! )", r"\1", path.read_text(), flags=re.MULTILINE))
    project = Project.load(path)
    assert {source.category for source in project.sources} == set(CATEGORIES)


def models_of(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = [model for info in annotation.model_fields.values() for model in models_of(info.annotation)]
        return [annotation, *inner]
    return [model for argument in get_args(annotation) for model in models_of(argument)]


def test_the_plain_project_shows_every_key_there_is(tmp_path):
    text = plain(tmp_path).read_text()
    keys = {key for model in models_of(Project) for key in model.model_fields}
    assert len(keys) > 60
    assert {key for key in keys if not re.search(rf"[\s#{{`]{key}:[ `]", text.replace("\n", " \n"))} == set()
