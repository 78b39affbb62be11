"""How a project file is read: what is put together from it, and how its mistakes are told."""

import re
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasummary.errors import ProjectError
from datasummary.mistakes import PATTERNS
from datasummary.project import Project
from datasummary.projectfile import load_project, project_schema

HEAD = """\
provider: {name: Acme, contact: post@acme.example, established_in: FR}
model:
  names: [{name: acme-v1}]
  placed_on_market: 2026-03-01
summary: {version: "1.0", date: 2026-03-01}
"""
SOURCE = "- {name: %s, category: crawled, modality: text, manifests: '%s'}\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def project_file(tmp_path):
    return lambda tail="", head=HEAD: write(tmp_path / "datasummary.yaml", head + tail)


def mistakes(path):
    """The lines of the error that loading gives, without the folder."""
    with pytest.raises(ProjectError) as caught:
        load_project(path)
    return str(caught.value).replace(f"{path.parent}/", "").splitlines()


# What is put together


def test_a_project_file_becomes_a_project_that_knows_where_it_stands(project_file):
    path = project_file("sources:\n" + SOURCE % ("web", "data/*.parquet"))
    project = load_project(path)
    assert project.path == path
    assert project.home == path.parent
    assert [(source.name, source.home) for source in project.sources] == [("web", path.parent)]


def test_a_relative_path_gives_an_absolute_home(project_file, monkeypatch):
    path = project_file("sources:\n" + SOURCE % ("web", "x"))
    monkeypatch.chdir(path.parent)
    assert load_project(Path("datasummary.yaml")).sources[0].home == path.parent


def test_sources_of_catalogues_come_first_and_know_the_folder_of_their_catalogue(project_file, tmp_path):
    write(tmp_path / "shared/sources.yaml", "sources:\n" + SOURCE % ("common", "c") + SOURCE % ("other", "o"))
    path = project_file("catalogue: shared/sources.yaml\nsources:\n" + SOURCE % ("own", "x"))
    found = [(source.name, source.home) for source in load_project(path).sources]
    assert found == [("common", tmp_path / "shared"), ("other", tmp_path / "shared"), ("own", tmp_path)]


def test_use_picks_from_catalogues_in_their_order(project_file, tmp_path):
    write(tmp_path / "a.yaml", "sources:\n" + "".join(SOURCE % (name, "x") for name in "abc"))
    write(tmp_path / "b.yaml", "sources:\n" + SOURCE % ("d", "x"))
    path = project_file("catalogue: [a.yaml, b.yaml]\nuse: [d, c, a]\n")
    assert [source.name for source in load_project(path).sources] == ["a", "c", "d"]


def test_an_empty_use_picks_nothing(project_file, tmp_path):
    write(tmp_path / "a.yaml", "sources:\n" + SOURCE % ("a", "x"))
    assert load_project(project_file("catalogue: a.yaml\nuse: []\n")).sources == []


def test_one_catalogue_has_one_home_whichever_project_names_it(tmp_path):
    write(tmp_path / "sources.yaml", "sources:\n" + SOURCE % ("a", "x"))
    for name in ("one", "two"):
        write(tmp_path / name / "datasummary.yaml", HEAD + "catalogue: [../sources.yaml]\n")
    homes = {load_project(tmp_path / name / "datasummary.yaml").sources[0].home for name in ("one", "two")}
    assert homes == {tmp_path}


def test_environment_variables_lead_to_a_catalogue(project_file, tmp_path, monkeypatch):
    write(tmp_path / "far/sources.yaml", "sources:\n" + SOURCE % ("a", "x"))
    monkeypatch.setenv("SHARED", str(tmp_path / "far"))
    assert load_project(project_file("catalogue: $SHARED/sources.yaml\n")).sources[0].home == tmp_path / "far"


def test_anchors_and_merged_keys_may_be_used_and_own_keys_prevail(project_file):
    path = project_file(
        "sources:\n- &first {name: a, category: crawled, modality: text, manifests: a}\n"
        "- {<<: *first, name: b, manifests: b}\n"
    )
    assert [(s.name, s.manifests, s.modality) for s in load_project(path).sources] == [
        ("a", ["a"], "text"),
        ("b", ["b"], "text"),
    ]


def test_a_mistake_beside_merged_keys_is_told_at_its_own_line(project_file):
    path = project_file(
        "sources:\n- &first\n  name: a\n  category: crawled\n  modality: text\n"
        "- <<: *first\n  name: b c\n  category: crawled\n"
    )
    assert [line.split(": ")[0:2] for line in mistakes(path)] == [["datasummary.yaml:12", "sources[1].name"]]


def test_a_byte_order_mark_is_no_mistake(project_file):
    path = project_file()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_project(path).provider.name == "Acme"


# Files that cannot be read at all


def test_a_missing_file_is_named_with_what_to_do(tmp_path):
    assert mistakes(tmp_path / "none.yaml") == [
        "none.yaml: no such file; name it with --project, or write one with `datasummary init`"
    ]


def test_a_folder_is_no_project_file(tmp_path):
    assert "is a folder; name the YAML file in it" in mistakes(tmp_path)[0]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_says_so(project_file, text):
    (told,) = mistakes(project_file(text, head=""))
    assert told == "datasummary.yaml: the file is empty; `datasummary init` writes one to start from"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("provider: {name: [}\n", 1, "check indentation"),
        ("a: 1\nb:\n\tc: 2\n", 3, "indent with spaces, not tabs"),
        ("a: 1\n--- \nb: 2\n", 2, "expected a single document"),
        ("- a\n- b\n", 1, "must consist of keys and values"),
        ("just words\n", 1, "must consist of keys and values"),
        ("a: 1\nb: *nowhere\n", 2, "undefined alias"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "could not determine a constructor"),
        ("a: 1\nb: \x07\n", 2, "the character U+0007 may not stand in YAML"),
        ("a: 1\n? [x, y]\n: 2\n", 2, "a key must be a text"),
        ("a: 1\nb: 2026-02-30\n", 2, "YAML takes 2026-02-30 for a date or number"),
    ],
)
def test_broken_yaml_is_told_by_line(project_file, text, line, words):
    (told,) = mistakes(project_file(text, head=""))
    assert told.startswith(f"datasummary.yaml:{line}: ")
    assert words in told


def test_text_that_is_not_utf_8_is_told_by_line(project_file):
    path = project_file()
    path.write_bytes(b"provider:\n  name: Caf\xe9\n")
    assert mistakes(path) == ["datasummary.yaml:2: the file is not UTF-8 here; save it as UTF-8"]


def test_endless_nesting_is_refused(project_file):
    assert "nested too deeply" in mistakes(project_file("a: " + "[" * 5000 + "]" * 5000, head=""))[0]


def test_a_structure_that_holds_itself_is_refused(project_file):
    assert mistakes(project_file("catalogue: &loop [*loop]\n"))


# Mistakes told by key

PUBLIC, CRAWLED, LICENSED = (
    f"sources:\n- name: a\n  category: {category}\n  modality: text\n" for category in ("public", "crawled", "licensed")
)

ONE_MISTAKE = [
    # what stands below the head, the line's number, its beginning, and words that follow
    (
        "sources:\n- name: a\n  # why\n\n  manfests: x\n  category: crawled\n  modality: text\n",
        10,
        "sources[0].manfests",
        "unknown key; did you mean manifests?",
    ),
    ("Sources: []\n", 6, "Sources", "did you mean sources?"),
    ("zzz: 1\n", 6, "zzz", "unknown key; known: provider, model, summary"),
    (
        "copyright:\n  measures:\n    before-collection: x\n",
        8,
        "copyright.measures.before-collection",
        "did you mean before_collection?",
    ),
    (
        "sources:\n- name: a\n  category: crawl\n  modality: text\n",
        8,
        "sources[0].category",
        "must be one of public, licensed, third_party, crawled, user_data, synthetic, other; did you mean crawled?",
    ),
    ("sources:\n- name: a\n  category: crawled\n", 7, "sources[0]", "give a modality"),
    (
        LICENSED + "  crawlers: [{name: B}]\n",
        10,
        "sources[0].crawlers",
        "crawlers belongs to a source of category crawled, not licensed",
    ),
    (
        "sources:\n- {name: a, category: user_data, modality: text}\n",
        7,
        "sources[0]",
        "say where the user data comes from",
    ),
    (
        PUBLIC + "  first_date: 2024-05\n  last_date: 2024-04\n",
        11,
        "sources[0].last_date",
        "last_date is before first_date",
    ),
    (
        PUBLIC + "  first_date: 2024-13\n",
        10,
        "sources[0].first_date",
        'must be a month such as 2024-03, or the words "not known"',
    ),
    (PUBLIC + "  version: 2.0\n", 10, "sources[0].version", 'YAML reads 2.0 as a number; put it in quotes: "2.0"'),
    (
        PUBLIC + "  version: 2024-05-01\n",
        10,
        "sources[0].version",
        'YAML reads 2024-05-01 as a date; put it in quotes: "2024-05-01"',
    ),
    (
        PUBLIC + "  languages: [en, no]\n",
        10,
        "sources[0].languages[1]",
        'YAML reads no as true or false; put it in quotes: "no"',
    ),
    (PUBLIC + "  size: many\n", 10, "sources[0].size", "must be a number, or bounds such as"),
    (PUBLIC + "  size: -1\n", 10, "sources[0].size", "must be 0 or more"),
    (PUBLIC + "  size: .inf\n", 10, "sources[0].size", "must be a finite number"),
    (PUBLIC + "  size: {max: 2, min: 3}\n", 10, "sources[0].size.max", "max is below min"),
    (PUBLIC + "  size:\n    min: 2\n    mx: 3\n", 12, "sources[0].size.mx", "unknown key; did you mean max?"),
    (
        "sources:\n- name: a b\n  category: public\n  modality: text\n",
        7,
        "sources[0].name",
        "may hold only the letters",
    ),
    (
        f"sources:\n- name: {'a' * 101}\n  category: public\n  modality: text\n",
        7,
        "sources[0].name",
        "is longer than 100 characters",
    ),
    (PUBLIC + "  link: www.example.org\n", 10, "sources[0].link", "must be an address that begins with https://"),
    (
        PUBLIC + "  link: https://a.example/?b=<2>\n",
        10,
        "sources[0].link",
        'nor < > "; an address writes them as %20, %3C, %3E, %22',
    ),
    (CRAWLED + "  where: {a: [[1]]}\n", 10, "sources[0].where.a", "must be a value, a list of values, or bounds"),
    (
        CRAWLED + "  columns: url\n",
        10,
        "sources[0].columns",
        "must hold keys and values; known: url, page_url, size, language, date",
    ),
    (CRAWLED + "  manifests:\n", 10, "sources[0].manifests", "nothing stands here"),
    ("sources: {name: a}\n", 6, "sources", "must be a list"),
    ("use: [a]\n", 6, "use", "catalogue names none; add catalogue or remove use"),
    ('narratives:\n  "3.2.a": " "\n', 7, "narratives.3.2.a", "is blank"),
    ('narratives:\n  "3.2.a": [x]\n', 7, "narratives.3.2.a", "must be text, or {append: text}"),
    ('narratives:\n  "3.2.a": {apend: x, append: y}\n', 7, "narratives.3.2.a.apend", "did you mean append?"),
    ('narratives:\n  "2.1.z": x\n', 7, "narratives.2.1.z", "the template has no such field; did you mean 2.1."),
    ('gaps:\n  "summary": x\n', 7, "gaps.summary", "the template has no such field"),
    ('accepted:\n  "3.1.b": abc\n', 7, "accepted.3.1.b", "must be the SHA-256"),
    (
        "model: {names: [{name: x}], placed_on_market: 2026-03-01}\n",
        6,
        "model",
        "stands twice, first on line 2; keep one",
    ),
    (PUBLIC + "  where: {on: 1}\n", 10, "on", 'put it in quotes: "on"'),
    ("summary_: 1\n", 6, "summary_", "did you mean summary?"),
]


@pytest.mark.parametrize(("tail", "line", "key", "words"), ONE_MISTAKE, ids=[case[2] for case in ONE_MISTAKE])
def test_a_mistake_is_told_with_its_line_its_key_and_what_to_do(project_file, tail, line, key, words):
    (told,) = mistakes(project_file(tail))
    assert told.startswith(f"datasummary.yaml:{line}: {key}: ")
    assert words in told


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("established_in: FR", "established_in: NO", 1, "provider.established_in", 'false; put it in quotes: "NO"'),
        ("established_in: FR", "established_in: fr", 1, "provider.established_in", "two capital letters, such as FR"),
        (", contact: post@acme.example", "", 1, "provider.contact", "missing; add it: Address, e-mail or page"),
        ("names: [{name: acme-v1}]", "names: []", 3, "model.names", "needs at least one entry"),
        ("2026-03-01\nsummary", "soon\nsummary", 4, "model.placed_on_market", "must be a date such as 2026-03-01"),
        ('version: "1.0"', "version: 1.0", 5, "summary.version", 'put it in quotes: "1.0"'),
        ('summary: {version: "1.0", date: 2026-03-01}\n', "", 1, "summary", "missing; add it"),
    ],
)
def test_a_mistake_in_who_and_which_is_told_the_same_way(project_file, old, new, line, key, words):
    assert old in HEAD
    (told,) = mistakes(project_file(head=HEAD.replace(old, new)))
    assert told.startswith(f"datasummary.yaml:{line}: {key}: ")
    assert words in told


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(project_file):
    told = mistakes(
        project_file("".join(case[0] for case in ONE_MISTAKE if case[0].startswith(("zzz", "gaps", "accepted"))))
    )
    assert [line.split(": ")[:2] for line in told] == [
        ["datasummary.yaml:6", "zzz"],
        ["datasummary.yaml:8", "gaps.summary"],
        ["datasummary.yaml:10", "accepted.3.1.b"],
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(blank=st.lists(st.sampled_from(["", "# a comment", "   # indented"]), max_size=20), text=st.booleans())
def test_the_line_is_true_whatever_stands_before_it(project_file, blank, text):
    folded = ["output: >-", "  a", "", "  b"] if text else []
    before = [*blank, *folded, *blank]
    (told,) = mistakes(project_file("\n".join([*before, "outputt: x", ""])))
    assert told.startswith(f"datasummary.yaml:{HEAD.count(chr(10)) + len(before) + 1}: outputt: ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*Project.model_fields, "name", "min", "measures", "x"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_yaml_holds_it_is_a_project_or_a_project_error(project_file, data):
    path = project_file(yaml.safe_dump(data, allow_unicode=True), head="")
    told = mistakes(path)  # no such data names a provider, so none is a project
    assert all(line.startswith("datasummary.yaml:") for line in told)


# Mistakes between files


def test_a_mistake_in_a_catalogue_names_the_catalogue(project_file, tmp_path):
    write(tmp_path / "shared/sources.yaml", "sources:\n- name: a\n  category: public\n  modality: txt\n")
    (told,) = mistakes(project_file("catalogue: [shared/sources.yaml]\n"))
    assert told.startswith("shared/sources.yaml:4: sources[0].modality: must be one of text, image")


def test_a_missing_catalogue_is_named(project_file):
    (told,) = mistakes(project_file("catalogue: [shared/none.yaml]\n"))
    assert told == "datasummary.yaml:6: catalogue: there is no file shared/none.yaml; paths are relative to this file"


def test_an_unknown_name_in_use_suggests_the_nearest(project_file, tmp_path):
    write(tmp_path / "a.yaml", "sources:\n" + SOURCE % ("web-crawl", "x"))
    told = mistakes(project_file("catalogue: a.yaml\nuse:\n- web-crawl\n- web-crawll\n"))
    assert told == ["datasummary.yaml:9: use[1]: no catalogue has a source named web-crawll; did you mean web-crawl?"]


def test_use_need_not_name_own_sources(project_file, tmp_path):
    write(tmp_path / "a.yaml", "sources:\n" + SOURCE % ("a", "x"))
    (told,) = mistakes(project_file("catalogue: a.yaml\nuse: [own]\nsources:\n" + SOURCE % ("own", "x")))
    assert "own is the project's own source and belongs to it anyway" in told


def test_two_sources_of_one_name_are_told_with_both_places(project_file, tmp_path):
    write(tmp_path / "a.yaml", "sources:\n" + SOURCE % ("web", "x"))
    (told,) = mistakes(project_file("catalogue: a.yaml\nsources:\n" + SOURCE % ("Web", "x")))
    assert told.startswith("a.yaml:2: sources[0].name: the name web is taken by the source at ")
    assert told.endswith("datasummary.yaml:8; give each its own name")


def test_two_own_sources_of_one_name_are_told_at_the_second(project_file):
    told = mistakes(project_file("sources:\n" + SOURCE % ("web", "x") + SOURCE % ("WEB", "y")))
    assert told == ["datasummary.yaml:8: sources[1].name: two sources are named WEB; give each its own name"]


# The schema


class AsEditorsDo(yaml.SafeLoader):
    """YAML whose dates are texts, which is how JSON Schema knows them."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def test_the_schema_is_valid_and_accepts_what_loads():
    schema = project_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "datasummary project file"
    for name in ("project.yaml", "example.yaml"):
        path = files("datasummary") / "templates" / name
        jsonschema.validate(yaml.load(path.read_text(encoding="utf-8"), AsEditorsDo), schema)


def test_the_schema_refuses_unknown_keys_and_unknown_fields():
    validator = jsonschema.Draft202012Validator(project_schema())
    data = yaml.safe_load(HEAD.replace("2026-03-01", '"2026-03-01"'))
    assert list(validator.iter_errors(data)) == []
    assert list(validator.iter_errors(data | {"zzz": 1}))
    assert list(validator.iter_errors(data | {"narratives": {"2.1.z": "x"}}))


def test_the_schema_describes_every_key_of_the_top():
    properties = project_schema()["properties"]
    assert [key for key, value in properties.items() if "description" not in value and "$ref" not in str(value)] == []


def test_every_pattern_of_the_project_file_has_words():
    def patterns(part):
        if isinstance(part, dict):
            yield from [part["pattern"]] if isinstance(part.get("pattern"), str) else []
            part = list(part.values())
        if isinstance(part, list):
            for inner in part:
                yield from patterns(inner)

    found = set(patterns(Project.model_json_schema(mode="serialization")))
    assert len(found) == 7
    assert found == set(PATTERNS)


# The guide

GUIDE = Path(__file__).parents[1] / "docs/project-file.md"


def test_every_key_has_a_description_in_the_schema_and_a_place_in_the_guide():
    schema, guide = project_schema(), GUIDE.read_text(encoding="utf-8")
    for part in [schema, *schema["$defs"].values()]:
        for key, value in part["properties"].items():
            assert "description" in value, f"{key} of {part['title']}"
            assert re.search(rf"[`.{{, ]{key}[`:]", guide), f"{key} of {part['title']}"


def test_the_projects_and_mistakes_that_the_guide_shows_are_real(project_file):
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    smallest = next(text for language, text in blocks if language == "yaml")
    assert len(load_project(project_file(smallest, head="")).sources) == 1
    spoilt = smallest.replace(": FR", ": NO").replace(": crawled", ": crawl").replace("manifests:", "manfests:")
    assert mistakes(project_file(spoilt, head="")) in [text.splitlines() for _, text in blocks]
