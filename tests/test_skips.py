"""Tests that need a package skip openly here and fail in CI."""

import os
import re
from pathlib import Path

import pytest
from conftest import PACKAGES, ROOT

pytest_plugins = "pytester"

SUITE = """
    import pytest

    @pytest.mark.needs("chromium")
    def test_one(): pass

    @pytest.mark.needs("chromium", "poppler-utils")
    def test_two(): pass

    def test_three(): pass
"""


@pytest.fixture
def bare(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite on a machine that has none of the packages, outside CI."""
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text())
    pytester.makeini("[pytest]\naddopts = --strict-markers\nmarkers = needs(package)\n")
    pytester.makepyfile(SUITE)
    monkeypatch.setenv("PATH", str(pytester.mkdir("empty")))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return pytester


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["one process", "a worker"])
def test_the_last_lines_say_which_packages_would_run_what_was_skipped(
    bare: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    result = bare.runpytest_subprocess(*workers)
    result.assert_outcomes(passed=1, skipped=2)
    assert [line for line in result.outlines if line][-4:-1] == [
        "2 skipped: would run with chromium",
        "1 skipped: would run with poppler-utils",
        "To run them: apt-get install chromium poppler-utils",
    ]


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["one process", "a worker"])
def test_in_ci_an_absent_package_is_a_failure(
    bare: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CI", "true")
    result = bare.runpytest_subprocess(*workers)
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["*needs Debian's chromium, poppler-utils, which .ci/run must install*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_package_that_is_there_lets_the_test_run(bare: pytest.Pytester) -> None:
    for program in ("chromium", "pdftotext"):
        there = Path(os.environ["PATH"]) / program
        there.touch()
        there.chmod(0o755)
    result = bare.runpytest_subprocess()
    result.assert_outcomes(passed=3)
    result.stdout.no_fnmatch_line("*would run with*")


def test_a_package_that_nobody_knows_how_to_find_is_an_error(bare: pytest.Pytester) -> None:
    bare.makepyfile("import pytest\n\n@pytest.mark.needs('chromiun')\ndef test_one(): pass\n")
    result = bare.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*needs('chromiun'): tests/conftest.py does not say how to find it*"])


def test_ci_installs_every_package_that_a_test_may_need() -> None:
    wanted = re.findall(r"^want (\S+) ", (ROOT / ".ci" / "run").read_text(), flags=re.MULTILINE)
    assert set(PACKAGES) <= set(wanted)
