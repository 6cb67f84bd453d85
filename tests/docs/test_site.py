"""docs/ becomes a site without a warning, and the site loads nothing from another host."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.documents import ROOT

LOADED = re.compile(r"<(?:link|script|img|iframe|source)\b[^>]*?\b(?:href|src)=\"?((?:https?:)?//[^\s\">]+)")
IMPORTED = re.compile(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\s\"')]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_built(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in ROOT.glob("docs/**/*.md")}
    assert {path for path in pages if not (site / path).exists()} == set()


@pytest.mark.parametrize(("ending", "loads"), [("html", LOADED), ("css", IMPORTED)])
def test_site_loads_nothing_from_elsewhere(site: Path, ending: str, loads: re.Pattern[str]) -> None:
    files = list(site.rglob(f"*.{ending}"))
    assert files
    assert [(path.name, url) for path in files for url in loads.findall(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<img alt="" src="http://pictures.example/a.png">',
    ],
)
def test_loading_from_elsewhere_is_found(text: str) -> None:
    assert LOADED.findall(text) != []
