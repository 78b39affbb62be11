"""What all tests share: what a machine must have for some of them, the real data, and Hypothesis.

``@pytest.mark.needs("chromium")`` names a Debian package. Where it is absent the test is skipped, and the last lines
of the run say which packages would run what was skipped. In CI, which installs them, such a skip is a failure.
"""

import contextlib
import fcntl
import functools
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from datasummary import Project, audit, collect, init, scan

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"

settings.register_profile("datasummary", deadline=None, max_examples=30, derandomize=IN_CI)
settings.load_profile("datasummary")


def _has(program: str) -> bool:
    return shutil.which(program) is not None


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return _has("java") or (home is not None and _has(f"{home}/bin/java"))


def _can_mount() -> bool:
    """Root alone may mount, and in some containers not even root."""
    if os.geteuid() != 0 or not _has("mount"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True).returncode != 0:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


PACKAGES: dict[str, Callable[[], bool]] = {
    "chromium": lambda: _has("chromium"),
    "chromium-driver": lambda: _has("chromedriver"),
    "default-jre-headless": _has_java,
    "libreoffice-writer-nogui": lambda: _has("soffice"),
    "mount": _can_mount,
    "nginx-light": lambda: _has("nginx") or Path("/usr/sbin/nginx").exists(),
    "poppler-utils": lambda: _has("pdftotext"),
}


@functools.cache
def _installed(package: str) -> bool:
    if package not in PACKAGES:
        raise pytest.UsageError(f"needs({package!r}): tests/conftest.py does not say how to find it")
    return PACKAGES[package]()


def _needs(item: pytest.Item) -> list[str]:
    return [package for marker in item.iter_markers("needs") for package in marker.args]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send all tests that need Java to one worker: starting Spark takes longer than most of them."""
    for item in items:
        if "default-jre-headless" in _needs(item):
            item.add_marker(pytest.mark.xdist_group("spark"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    absent = [package for package in _needs(item) if not _installed(package)]
    if not absent:
        return
    item.user_properties += [("absent", package) for package in absent]
    reason = f"needs Debian's {', '.join(absent)}"
    if IN_CI:
        pytest.fail(f"{reason}, which .ci/run must install", pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say, after everything else, which packages would run the tests that were skipped."""
    yield
    absent = Counter(
        package
        for report in terminalreporter.stats.get("skipped", [])
        for name, package in report.user_properties
        if name == "absent"
    )
    if not absent:
        return
    terminalreporter.section("skipped for want of a Debian package")
    for package, count in sorted(absent.items()):
        hint = " (and the right to mount: run as root)" if package == "mount" else ""
        terminalreporter.write_line(f"{count} skipped: would run with {package}{hint}")
    terminalreporter.write_line(f"To run them: apt-get install {' '.join(sorted(absent))}")


@contextlib.contextmanager
def made_once(factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """Give a folder that all workers share, and whether it is there already; the others wait while one makes it."""
    base = factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = common / "made-once" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, folder.is_dir()


def copy_of_example(factory: pytest.TempPathFactory, folder: Path, *, audited: bool = False) -> Project:
    """Copy the example into a folder, scanned or audited too; all workers together make it once."""
    with made_once(factory, "scanned-example") as (scanned, there):
        if not there:
            scan(Project.load(init(scanned, example=True)[0]))
    source = scanned
    if audited:
        with made_once(factory, "audited-example") as (source, there):
            if not there:
                shutil.copytree(scanned, source)
                project = Project.load(source / "datasummary.yaml")
                collect(project, [source / "evidence/captures.parquet"], requests=source / "evidence/requests.csv")
                audit(project)
    shutil.copytree(source, folder, dirs_exist_ok=True)
    return Project.load(folder / "datasummary.yaml")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data that is read in place and is no part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data is not here: no folder {folder}")
    return folder
