"""A real browser and a real server: the tutor as its readers meet it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from playwright.sync_api import Error as BrowserError

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


def _found(own: Path) -> str | None:
    """The browser that is named, on the path, playwright's own, or one that can be installed here (root on Debian)."""
    known = os.environ.get("TUTOR_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    return known or (str(own) if own.exists() else _from_debian())


def _from_debian() -> str | None:
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        subprocess.run(["apt-get", *command], capture_output=True, check=False)
    return shutil.which("chromium")


def _launched(playwright: Playwright) -> Browser:
    path = _found(Path(playwright.chromium.executable_path))
    if path is None:
        raise BrowserError("no chromium: set TUTOR_BROWSER, or put chromium or google-chrome on the path")
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            launched = _launched(playwright)
        except BrowserError as error:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(f"no browser: {error.message.splitlines()[0]}")
        yield launched
        launched.close()


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(START_SECONDS * 10):
        try:
            urllib.request.urlopen(f"{url}/ready", timeout=5).close()
            return
        except OSError:
            assert process.poll() is None, "the server did not start"
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a tutor that serves from a process of its own, on a new database."""
    port, folder = _free_port(), tmp_path_factory.mktemp("server")
    settings = {"TUTOR_DATABASE_URL": f"sqlite:///{folder / 'tutor.db'}"}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "tutor", "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=15)


OpenPage = Callable[..., Page]


@pytest.fixture
def complaints() -> list[str]:
    """What a browser complained of: console errors, broken policies, failed scripts, requests to other hosts."""
    return []


@pytest.fixture
def open_page(browser: Browser, server: str, complaints: list[str]) -> Iterator[OpenPage]:
    """Opens a path in a new window of the browser (`width`, `java_script_enabled`, `color_scheme`, …)."""
    opened: list[BrowserContext] = []

    def visit(path: str, width: int = 1100, **settings: object) -> Page:
        context = browser.new_context(base_url=server, viewport={"width": width, "height": 900}, **settings)  # type: ignore[arg-type]
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((server, "data:")) else complaints.append(request.url))
        page.goto(path)
        return page

    yield visit
    for context in opened:
        context.close()
