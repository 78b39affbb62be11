"""What a policy counts, how its file is read, and what it decides by host."""

import datetime as dt
import re
import textwrap
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from datasummary.ai_crawlers import load_ai_crawlers
from datasummary.errors import ProjectError
from datasummary.overrides import InfringingSites, Licensed, Overrides
from datasummary.policy import SHIPPED, Policy, load_policy
from datasummary.project import Project
from datasummary.protocols import BUILT_IN

POLICIES = ROOT / "src" / "datasummary" / "policies"
DOCUMENT = (ROOT / "docs" / "policies.md").read_text("utf-8")
HEAD = 'name: mine\nversion: "1"\ndescription: For a test.\n'
EXTENDS = f"{HEAD}extends: machine-readable\n"
WHOLE = textwrap.dedent(f"""\
    {textwrap.indent(HEAD, "    ").strip()}
    protocols:
      robots-txt: {{standing: standard, counts: true, required: true, reason: The standard.}}
    uses: [crawl]
    addressees: {{own: true, collector: true, everyone: true, ai_training: false}}
    blocks: path
    as_of: {{rule: latest}}
    findings:
      words: review
      contradiction: reserved
      refusal: access_refused
      failure: unknown
      no_evidence: unknown
    leave_out: [reserved]
    reported_only: []
    """)
PROVIDER = """\
provider: {name: Acme, contact: post@acme.example, established_in: FR}
model: {names: [{name: acme-v1}], placed_on_market: 2026-03-01}
summary: {version: "1.0", date: 2026-03-01}
sources:
"""


@pytest.fixture
def policy_file(tmp_path):
    def write(text, name="mine.yaml"):
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return write


@pytest.fixture
def policy_of(policy_file, tmp_path):
    """Gives the policy that a text says."""
    return lambda text: load_policy(policy_file(text).name, tmp_path)


def mistakes(path):
    """The lines of the error that loading gives, without the folder."""
    with pytest.raises(ProjectError) as caught:
        load_policy(path.name, path.parent)
    return str(caught.value).replace(f"{path.parent}/", "").splitlines()


def project_of(folder, sources):
    (folder / "datasummary.yaml").write_text(PROVIDER + textwrap.indent(textwrap.dedent(sources), "  "), "utf-8")
    return Project.load(folder / "datasummary.yaml")


# The policies that ship


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_loads_under_its_own_name_from_anywhere(name, tmp_path):
    assert load_policy(name, tmp_path).name == name


def test_what_ships_is_what_is_listed():
    assert {path.stem for path in POLICIES.glob("*.yaml")} == {*SHIPPED, "ai-crawlers"}


def test_the_default_of_the_project_file_is_a_shipped_policy():
    assert Project.model_fields["policy"].default == SHIPPED[0]


@pytest.mark.parametrize("name", SHIPPED)
def test_only_what_is_reserved_is_left_out_except_under_strict(name):
    wanted = ["reserved", "review"] if name == "strict" else ["reserved"]
    assert load_policy(name, Path()).leave_out == wanted


@pytest.mark.parametrize("name", ["machine-readable", "own-crawler", "strict"])
def test_every_built_in_protocol_counts_where_all_are_meant(name):
    protocols = load_policy(name, Path()).protocols
    assert {protocol for protocol, rule in protocols.items() if rule.counts} == set(BUILT_IN)


@pytest.mark.parametrize("name", ["robots-only", "apertus-2025"])
def test_robots_txt_alone_counts_where_that_is_meant(name):
    assert list(load_policy(name, Path()).protocols) == ["robots-txt"]


@pytest.mark.parametrize("name", SHIPPED)
def test_without_evidence_of_robots_txt_nothing_is_known(name):
    policy = load_policy(name, Path())
    assert [protocol for protocol, rule in policy.protocols.items() if rule.required] == ["robots-txt"]


def test_uses_at_the_time_of_an_answer_and_search_never_reserve_in_a_shipped_policy():
    assert not {use for name in SHIPPED for use in load_policy(name, Path()).uses} & {"search", "ai-input"}


def test_own_crawler_is_the_default_but_for_the_crawlers_of_others():
    default, own = load_policy("machine-readable", Path()), load_policy("own-crawler", Path())
    same = set(Policy.model_fields) - {"name", "description", "extends", "addressees"}
    assert [key for key in same if getattr(default, key) != getattr(own, key)] == []
    assert own.addressees == default.addressees.model_copy(update={"ai_training": False})


def test_under_strict_any_doubt_reserves_but_words_are_for_people():
    findings = load_policy("strict", Path()).findings.model_dump()
    assert findings.pop("words") == "review"
    assert set(findings.values()) == {"reserved"}


def test_apertus_judges_the_root_as_of_january_2025_for_the_published_names():
    policy = load_policy("apertus-2025", Path())
    assert (policy.blocks, policy.as_of.rule, policy.as_of.date) == ("root", "date", dt.date(2025, 1, 31))
    assert policy.addressees.model_dump() == {
        "own": False,
        "collector": False,
        "everyone": True,
        "ai_training": False,
        "named": [
            *("AI2Bot", "Applebot-Extended", "Bytespider", "CCBot", "CCBot/2.0", "CCBot/1.0", "ClaudeBot"),
            *("cohere-training-data-crawler", "Diffbot", "Meta-ExternalAgent", "Google-Extended", "GPTBot", "PanguBot"),
        ],
    }


def test_crawlers_named_by_apertus_all_collect_for_training():
    crawlers = {crawler.name: crawler for crawler in load_ai_crawlers()}
    named = load_policy("apertus-2025", Path()).addressees.named
    assert [name for name in named if crawlers[name.partition("/")[0]].collects_for_training != "yes"] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_choice_in_a_shipped_policy_has_a_comment(name):
    text = (POLICIES / f"{name}.yaml").read_text("utf-8")
    explained = {"name", "version", "description", "protocols"}  # by themselves, or by their own reasons
    lines = text.splitlines()
    for number, line in enumerate(lines):
        key = re.match(r"([a-z_]+):", line)
        if key and key[1] not in explained:
            inside = []
            for below in lines[number + 1 :]:
                if below and not below.startswith(" "):
                    break
                inside.append(below)
            assert "#" in line or lines[number - 1].startswith("#") or any("#" in below for below in inside), line


# How a file is read


def test_a_policy_that_extends_none_states_everything(policy_of, policy_file):
    assert policy_of(WHOLE).overrides == Overrides()
    optional = {"extends", "overrides"}
    for key in Policy.model_fields.keys() - optional:
        data = yaml.safe_load(WHOLE)
        del data[key]
        (told,) = mistakes(policy_file(yaml.safe_dump(data)))
        assert told.startswith(f"mine.yaml:1: {key}: missing; add it: ")


def test_own_keys_stand_in_place_of_inherited_ones_and_in_mappings_each_for_itself(policy_of):
    policy = policy_of(
        EXTENDS + "uses: [tdm]\nfindings: {refusal: review}\naddressees: {named: OtherBot}\nprotocols:\n"
        "  rsl: {standing: draft, counts: false, reason: Not by us.}\n"
    )
    default = load_policy("machine-readable", Path())
    assert policy.uses == ["tdm"]
    assert policy.findings == default.findings.model_copy(update={"refusal": "review"})
    assert policy.addressees == default.addressees.model_copy(update={"named": ["OtherBot"]})
    assert {**policy.protocols, "rsl": None} == {**default.protocols, "rsl": None}
    assert policy.protocols["rsl"].counts is False


def test_as_of_is_replaced_as_a_whole(policy_of, policy_file):
    policy_file(EXTENDS.replace("mine", "base") + "as_of: {rule: date, date: 2025-01-31}\n", "base.yaml")
    policy = policy_of(f"{HEAD}extends: base.yaml\nas_of: {{rule: ever}}\n")
    assert (policy.as_of.rule, policy.as_of.date) == ("ever", None)


def test_a_policy_may_extend_one_that_extends_another_each_relative_to_its_own_file(policy_file, tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "list.txt").write_text("bad.example\n")
    policy_file(
        EXTENDS.replace("mine", "first") + "overrides:\n  infringing_sites:\n"
        "  - {file: list.txt, name: L, as_at: 2025-01-31}\n",
        "shared/first.yaml",
    )
    policy_file(f"{HEAD.replace('mine', 'second')}extends: first.yaml\nblocks: root\n", "shared/second.yaml")
    path = policy_file(
        f"{HEAD}extends: shared/second.yaml\noverrides: {{excluded: [{{hosts: a.example, decided: 2025-05-01, reason: R}}]}}\n"
    )
    policy = load_policy(path.name, tmp_path)
    assert (policy.name, policy.blocks) == ("mine", "root")
    assert {kind: policy.override_for(f"{kind}.example", None) is not None for kind in ("bad", "a", "b")} == {
        "bad": True,
        "a": True,
        "b": False,
    }


def test_a_path_may_hold_environment_variables(policy_file, monkeypatch):
    path = policy_file(WHOLE)
    monkeypatch.setenv("POLICIES", str(path.parent))
    assert load_policy("$POLICIES/mine.yaml", Path("/nowhere")).name == "mine"


def test_an_unknown_name_suggests_the_nearest_policy_that_ships(tmp_path):
    with pytest.raises(ProjectError) as caught:
        load_policy("machine_readable", tmp_path)
    assert str(caught.value) == (
        f"policy: there is no file {tmp_path}/machine_readable, and no policy that ships is named machine_readable; "
        "did you mean machine-readable?"
    )


ONE_MISTAKE = [
    # what stands below the head (four lines), the line's number, its beginning, and words that follow
    ("blocs: path\n", 5, "blocs", "unknown key; did you mean blocks?"),
    ("blocks: site\n", 5, "blocks", "must be one of path, root"),
    ("uses: [crawl, train_ai]\n", 5, "uses[1]", "did you mean train-ai?"),
    ("findings:\n  words: reserved\n", 6, "findings.words", "words for people give at most review, since"),
    ("findings:\n  failure: access_refused\n", 6, "findings.failure", "must be one of unknown, review, reserved"),
    ("leave_out: [partly_reserved]\n", 5, "leave_out[0]", "must be one of reserved, review"),
    ("reported_only: [license]\n", 5, "reported_only[0]", "did you mean licence?"),
    ("as_of: {rule: date}\n", 5, "as_of.rule", "add date: 2025-01-31"),
    ("as_of: {rule: latest, date: 2025-01-31}\n", 5, "as_of.date", "belongs to the rule date, not to latest"),
    (
        "addressees: {own: false, collector: false, everyone: false, ai_training: false}\n",
        5,
        "addressees",
        "nobody's signals count",
    ),
    (
        "protocols:\n  robots-text: {standing: standard, counts: true, reason: R}\n",
        6,
        "protocols.robots-text",
        "no such protocol; did you mean robots-txt?",
    ),
    (
        "protocols:\n  smoke: {standing: standard, counts: true, reason: R}\n",
        6,
        "protocols.smoke",
        "no such protocol; known: robots-txt, robots-comments, aipref",
    ),
    (
        "protocols:\n  rsl: {standing: custom, counts: true, reason: R}\n",
        6,
        "protocols.rsl.standing",
        "must be one of standard, draft, community_report, industry_practice, no_protocol",
    ),
    (
        "protocols:\n  rsl: {standing: draft, counts: true}\n",
        6,
        "protocols.rsl.reason",
        "missing; add it: Why it counts",
    ),
    (
        "protocols:\n  rsl: {standing: draft, counts: false, required: true, reason: R}\n",
        6,
        "protocols.rsl.required",
        "is for protocols that count",
    ),
    (
        "overrides:\n  licensed:\n  - {hosts: ['https://example.com/'], contract: A}\n",
        7,
        "overrides.licensed[0].hosts",
        "https://example.com/ is no host; write it like example.com",
    ),
    (
        "overrides:\n  licensed:\n  - {hosts: ['*.example.com'], contract: A}\n",
        7,
        "overrides.licensed[0].hosts",
        "*.example.com is no host",
    ),
    (
        "overrides:\n  licensed:\n  - {hosts: a.example, contract: A, from: 2025-02-01, until: 2025-01-31}\n",
        7,
        "overrides.licensed[0].until",
        "is before from",
    ),
    (
        "overrides:\n  licensed:\n  - {hosts: a.example, contract: A, since: 2025-02-01}\n",
        7,
        "overrides.licensed[0].since",
        "unknown key; known: hosts, contract, from, until",
    ),
    (
        "overrides:\n  excluded:\n  - {hosts: a.example, decided: soon, reason: R}\n",
        7,
        "overrides.excluded[0].decided",
        "must be a date such as 2026-03-01",
    ),
    (
        "overrides:\n  excluded:\n  - {hosts: [], decided: 2025-05-01, reason: R}\n",
        7,
        "overrides.excluded[0].hosts",
        "needs",
    ),
    (
        "overrides:\n  infringing_sites:\n  - {file: none.txt, name: L, as_at: 2025-01-31}\n",
        7,
        "overrides.infringing_sites[0].file",
        "there is no file none.txt; paths are relative to this file",
    ),
    (
        "overrides:\n  infringing_sites:\n  - {file: ., name: L, as_at: 2025-01-31}\n",
        7,
        "overrides.infringing_sites[0].file",
        "cannot be read: Is a directory",
    ),
    (
        "overrides:\n  infringing_sites:\n  - {file: mine.yaml, column: url, name: L, as_at: 2025-01-31}\n",
        7,
        "overrides.infringing_sites[0]",
        "column: the list has no column url; known: name: mine",
    ),
]


@pytest.mark.parametrize(("tail", "line", "key", "words"), ONE_MISTAKE)
def test_a_mistake_is_told_with_its_line_its_key_and_what_to_do(policy_file, tail, line, key, words):
    (told,) = mistakes(policy_file(EXTENDS + tail))
    assert told.startswith(f"mine.yaml:{line}: {key}: ")
    assert words in told


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('version: "1"', "version: 1.0", 2, 'version: YAML reads 1.0 as a number; put it in quotes: "1.0"'),
        ("name: mine", "name: strict", 1, "name: strict is the name of a policy that ships with datasummary"),
        (
            "extends: machine-readable",
            "extends: strickt",
            4,
            "no policy that ships is named strickt; did you mean strict?",
        ),
        ("extends: machine-readable", "extends: mine.yaml", 4, "extends: leads back to mine.yaml"),
    ],
)
def test_a_mistake_at_the_head_is_told_the_same_way(policy_file, old, new, line, words):
    (told,) = mistakes(policy_file(EXTENDS.replace(old, new)))
    assert told.startswith(f"mine.yaml:{line}: ")
    assert words in told


def test_policies_that_extend_each_other_are_refused(policy_file):
    policy_file(f"{HEAD}extends: mine.yaml\n", "other.yaml")
    assert mistakes(policy_file(f"{HEAD}extends: other.yaml\n")) == [
        "other.yaml:4: extends: leads back to mine.yaml; a policy cannot extend itself"
    ]


def test_a_mistake_in_an_extended_policy_is_told_in_its_own_file(policy_file):
    policy_file(EXTENDS.replace("mine", "base") + "blocks: site\n", "base.yaml")
    (told,) = mistakes(policy_file(f"{HEAD}extends: base.yaml\n"))
    assert told.startswith("base.yaml:5: blocks: ")


def test_an_empty_policy_says_how_to_begin(policy_file):
    (told,) = mistakes(policy_file("# nothing yet\n"))
    assert "the file is empty; begin with `extends: machine-readable`" in told


def test_all_mistakes_are_told_at_once(policy_file):
    told = mistakes(policy_file(EXTENDS + "blocks: site\nprotocols:\n  smoke: {}\nuses: []\n"))
    assert [line.split(": ")[:2] for line in told] == [
        ["mine.yaml:5", "blocks"],
        *[["mine.yaml:7", f"protocols.smoke{key}"] for key in (".standing", ".counts", ".reason", "")],
        ["mine.yaml:8", "uses"],
    ]


@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*Policy.model_fields, "licensed", "infringing_sites", "hosts"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_yaml_holds_it_is_a_policy_or_a_project_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("policy") / "mine.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    assert all(line.startswith("mine.yaml:") for line in mistakes(path))  # no such data is a whole policy


# Fingerprints


def test_comments_and_the_order_of_keys_do_not_change_the_fingerprint(policy_of):
    data = yaml.safe_load(WHOLE)
    turned = yaml.safe_dump(dict(reversed(data.items())), sort_keys=False)
    assert policy_of(f"# Why\n{WHOLE}").fingerprint == policy_of(turned).fingerprint


@pytest.mark.parametrize(
    "change",
    [
        "blocks: root\n",
        "uses: [tdm]\n",
        "overrides: {excluded: [{hosts: a.example, decided: 2025-05-01, reason: R}]}\n",
    ],
)
def test_a_changed_rule_changes_the_fingerprint(policy_of, change):
    assert policy_of(EXTENDS).fingerprint != policy_of(EXTENDS + change).fingerprint


def test_a_changed_rule_of_the_extended_policy_changes_the_fingerprint(policy_of, policy_file):
    fingerprints = set()
    for rule in ("path", "root"):
        policy_file(EXTENDS.replace("mine", "base") + f"blocks: {rule}\n", "base.yaml")
        fingerprints.add(policy_of(f"{HEAD}extends: base.yaml\n").fingerprint)
    assert len(fingerprints) == 2


def test_a_changed_list_of_sites_changes_the_fingerprint_and_a_moved_one_does_not(policy_of, tmp_path):
    def fingerprint(file, content):
        (tmp_path / file).write_text(content)
        entry = f"{{file: {file}, name: L, as_at: 2025-01-31}}"
        return policy_of(EXTENDS + f"overrides: {{infringing_sites: [{entry}]}}\n").fingerprint

    first = fingerprint("a.txt", "bad.example\n")
    assert fingerprint("b.txt", "bad.example\n") == first
    assert fingerprint("a.txt", "worse.example\n") != first


# Whose signals count


def test_own_crawlers_are_those_of_all_crawled_sources_that_name_no_operator(tmp_path):
    project = project_of(
        tmp_path,
        """\
        - {name: a, category: crawled, modality: text, size: 1, crawlers: [{name: AcmeBot}, {name: HiredBot, operator: H}]}
        - {name: b, category: crawled, modality: text, size: 1, crawlers: [{name: AcmeNews}], collectors: CCBot}
        - {name: c, category: public, modality: text, size: 1, collectors: [CCBot, acmebot]}
        """,
    )
    policy = load_policy("own-crawler", tmp_path)
    own = {"AcmeBot": "own", "AcmeNews": "own"}
    assert [policy.counted_agents(source, project) for source in project.sources] == [
        (True, {**own, "HiredBot": "collector"}),
        (True, {**own, "CCBot": "collector"}),
        (True, {**own, "CCBot": "collector"}),
    ]


def test_a_name_counts_once_whatever_its_capitals_for_the_first_reason(tmp_path):
    source = "- {name: a, category: crawled, modality: text, size: 1, crawlers: [{name: gptbot}], collectors: CCBOT}\n"
    project = project_of(tmp_path, source)
    names = load_policy("machine-readable", tmp_path).counted_agents(project.sources[0], project).names
    assert (names["gptbot"], names["CCBOT"], names["ClaudeBot"]) == ("own", "collector", "ai_training")
    assert not {"GPTBot", "CCBot"} & set(names)


def test_of_the_ai_crawlers_only_those_that_are_known_to_train_count(tmp_path):
    project = project_of(tmp_path, "- {name: a, category: public, modality: text, size: 1}\n")
    names = load_policy("machine-readable", tmp_path).counted_agents(project.sources[0], project).names
    assert names == {c.name: "ai_training" for c in load_ai_crawlers() if c.collects_for_training == "yes"}


def test_under_apertus_neither_own_crawler_nor_collector_counts(tmp_path):
    source = "- {name: a, category: crawled, modality: text, size: 1, crawlers: [{name: AcmeBot}], collectors: XBot}\n"
    project = project_of(tmp_path, source)
    counted = load_policy("apertus-2025", tmp_path).counted_agents(project.sources[0], project)
    assert counted.everyone
    assert set(counted.names.values()) == {"named"}
    assert len(counted.names) == 13


@pytest.mark.parametrize(
    ("basis", "reported"),
    [
        ("scientific_research", True),
        ("licence", True),
        ("open_licence", False),
        ("tdm_exception", False),
        (None, False),
    ],
)
def test_reservations_are_only_reported_where_article_3_or_a_licence_is_declared(tmp_path, basis, reported):
    ground = f", legal_basis: {basis}" if basis else ""
    project = project_of(tmp_path, f"- {{name: a, category: public, modality: text, size: 1{ground}}}\n")
    assert load_policy("machine-readable", tmp_path).reports_only(project.sources[0]) is reported


# Lists of infringing sites


def test_a_loaded_policy_knows_its_lists_and_their_digests(policy_of, tmp_path):
    (tmp_path / "list.txt").write_text("bad.example\nnot a host\n")
    policy = policy_of(EXTENDS + "overrides: {infringing_sites: [{file: list.txt, name: Watch, as_at: 2025-01-31}]}\n")
    (sites,) = policy.site_lists
    assert (sites.name, sites.hosts, sites.passed_over, len(sites.sha256)) == ("Watch", ("bad.example",), (2,), 64)
    assert policy.override_for("www.bad.example", None) == (
        "infringing",
        "bad.example",
        "on the list Watch as at 2025-01-31",
    )


# The documentation


def parts_of(model):
    return [field.annotation for field in model.model_fields.values() if isinstance(field.annotation, type)]


def test_every_key_is_documented():
    inner = [part for part in parts_of(Policy) if issubclass(part, BaseModel)]
    keys = [
        field.alias or name
        for model in (Policy, *inner, Licensed, InfringingSites)
        for name, field in model.model_fields.items()
    ]
    assert [key for key in keys if not re.search(rf"`{key}`|\b{key}:", DOCUMENT)] == []
    assert [name for name in SHIPPED if f"[{name}](../policies/{name}.yaml)" not in DOCUMENT] == []


def test_the_documented_policy_loads(policy_of, tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "sites.txt").write_text("bad.example\n")
    (tmp_path / "lists" / "more.csv").write_text("domain,case\nworse.example,1\n")
    own, overrides = [block for block in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL) if "overrides:" in block]
    policy = policy_of(own.partition("overrides:")[0] + overrides)
    assert [
        (host, policy.override_for(host, dt.date(2025, 1, 1)).kind)
        for host in ("example.com", "example.net", "worse.example")
    ] == [
        ("example.com", "licensed"),
        ("example.net", "excluded"),
        ("worse.example", "infringing"),
    ]
    assert "OtherBot" in policy.addressees.named
    assert policy.addressees.ai_training


def test_the_documented_mistakes_are_told_so(policy_file):
    path = policy_file(
        EXTENDS
        + "protocols: {robot-txt: {standing: standard, counts: true, reason: R}}\n#\n#\nfindings:\n  words: reserved\n",
        "acme.yaml",
    )
    assert "\n".join(mistakes(path)) in DOCUMENT
