"""The Chromium of the browser tests: found, or else installed once. Without one those tests are skipped.

``python -m tests.support.browser.chromium`` finds or installs it (``make test`` does this once); ``--report`` says
in one line what was not tested, if anything; ``--report --needed`` fails where there is none, for CI.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "Browser tests were skipped: no Chromium was found, and neither apt-get nor Playwright could install one."
# For root in a container, without a graphics card, and without calls of Chromium's own.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
APT = ("apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium")
INSTALL_SECONDS = 600

START_SECONDS = 60

Which = Callable[[str], str | None]


def find(which: Which = shutil.which, downloads: Path | None = None) -> str | None:
    """Return the program's path: the system's own, else one that Playwright has installed in ``downloads``."""
    system = next((path for name in NAMES if (path := which(name))), None)
    if system is not None:
        return system
    if downloads is None:
        downloads = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    found = sorted(downloads.glob("chromium*/chrome-*/*"))
    programs = [path for path in found if path.name in ("chrome", "headless_shell", "chrome-headless-shell")]
    return str(programs[-1]) if programs else None


@contextmanager
def running(program: str, folder: Path) -> Iterator[str]:
    """Start a browser with its profile in ``folder``; yield the address for Playwright, and end it afterwards."""
    command = [program, "--headless=new", *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{_port(process, folder / 'DevToolsActivePort')}"
    finally:
        process.terminate()
        process.wait()


def _port(process: "subprocess.Popen[bytes]", told: Path) -> int:
    """Return the port, which the browser writes to a file once it listens."""
    started = time.monotonic()
    while process.poll() is None and time.monotonic() - started < START_SECONDS:
        lines = told.read_text().splitlines() if told.exists() else []
        if len(lines) > 1:
            return int(lines[0])
        time.sleep(0.02)
    raise RuntimeError(f"Chromium did not start: exit code {process.poll()}.")


def ways_to_install(is_root: bool, which: Which = shutil.which) -> list[list[Sequence[str]]]:
    """Return the commands of each way to install one, the better way first."""
    playwright = [[sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]]
    if is_root and which("apt-get"):
        return [[("apt-get", "update", "-q"), APT], playwright]
    return [playwright]


def install() -> None:
    """Try each way until a Chromium is found. Never raise: the report tells what is missing."""
    for way in ways_to_install(os.geteuid() == 0):
        print("No Chromium for the browser tests: trying", " ".join(way[-1]), flush=True)
        for command in way:
            try:
                subprocess.run(command, check=True, timeout=INSTALL_SECONDS, stdout=subprocess.DEVNULL)
            except (OSError, subprocess.SubprocessError) as error:
                print(f"  {error}", flush=True)
                break
        if find():
            return


def main(arguments: Sequence[str], found: Callable[[], str | None] = find) -> int:
    """Print what is missing; return the exit code."""
    if "--report" not in arguments and found() is None:
        install()
    if found() is not None:
        return 0
    print(MISSING)
    return 1 if "--needed" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
