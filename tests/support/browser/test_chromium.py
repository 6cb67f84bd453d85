"""Which Chromium the browser tests use, and how one is installed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.browser import chromium


def _only(*installed: str) -> Callable[[str], str | None]:
    return lambda name: f"/usr/bin/{name}" if name in installed else None


@pytest.mark.parametrize(
    ("installed", "found"),
    [
        (("chromium", "google-chrome"), "/usr/bin/chromium"),
        (("google-chrome", "chromium-browser"), "/usr/bin/chromium-browser"),
        (("google-chrome",), "/usr/bin/google-chrome"),
        (("firefox",), None),
    ],
)
def test_the_systems_browser_comes_first(installed: tuple[str, ...], found: str | None, tmp_path: Path) -> None:
    assert chromium.find(_only(*installed), tmp_path) == found


def test_playwrights_newest_comes_second(tmp_path: Path) -> None:
    for build in ("chromium_headless_shell-1100", "chromium_headless_shell-1200"):
        program = tmp_path / build / "chrome-linux" / "headless_shell"
        program.parent.mkdir(parents=True)
        program.touch()
    assert chromium.find(_only(), tmp_path) == str(program)


@pytest.mark.parametrize(
    ("is_root", "installed", "first"),
    [(True, ("apt-get",), "apt-get"), (False, ("apt-get",), "playwright"), (True, (), "playwright")],
)
def test_only_root_installs_by_apt(is_root: bool, installed: tuple[str, ...], first: str) -> None:
    ways = chromium.ways_to_install(is_root, _only(*installed))
    assert first in ways[0][0]
    assert "playwright" in ways[-1][0]


def test_only_ci_fails_without_a_browser(capsys: pytest.CaptureFixture[str]) -> None:
    assert chromium.main(["--report"], lambda: None) == 0
    assert capsys.readouterr().out == chromium.MISSING + "\n"
    assert chromium.main(["--report", "--needed"], lambda: None) == 1
    assert chromium.main(["--report", "--needed"], lambda: "/usr/bin/chromium") == 0
