"""Debian's Chromium for tests of pages, without a window, with the shipped fonts for Chinese and Japanese."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from pipeline.formats.fonts import font_folders

CHROMIUM = shutil.which("chromium")
WIDE: ViewportSize = {"width": 1440, "height": 1000}
NARROW: ViewportSize = {"width": 390, "height": 844}


@contextmanager
def started(folder: Path) -> Iterator[Browser]:
    """A browser; its settings of fonts are kept in ``folder``."""
    folders = "".join(f"<dir>{each}</dir>" for each in font_folders())
    settings = folder / "fonts.conf"
    system = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
    settings.write_text(f"<fontconfig>{system}{folders}</fontconfig>", encoding="utf-8")
    environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(settings)}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, env=environment)
        yield browser
        browser.close()


def no_overflow(page: Page) -> bool:
    """Whether nobody has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


_AXE = """([context, rules]) =>
  axe.run(context ?? document, { resultTypes: ["violations"], rules }).then(found => found.violations)"""


def axe_report(page: Page, context: str | None = None, rules: Mapping[str, Any] | None = None) -> str:
    """Return what axe finds on a page, or in a part of it: nothing, if it is accessible. The page loads axe once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(_AXE, [context, rules or {}])
    return str(AxeResults({"violations": found}).generate_report()) if found else ""


class Opener:
    """Opens pages for one test, and notes what they ask for elsewhere and what stands in their console.

    The first is ``shared`` with other tests, unless it needs a context of its own, which takes a third of a second.
    """

    def __init__(self, browser: Browser, shared: Page) -> None:
        self._browser, self._shared = browser, shared
        self._opened: list[tuple[Page, dict[str, Callable[[Any], None]]]] = []
        self.complaints: list[str] = []

    def open(
        self, address: str, is_allowed: Callable[[str], bool], *, seconds: float, script: str = "", **settings: Any
    ) -> Page:
        """Open an address, with settings of the context, and a script that runs before those of the page."""
        is_plain = not script and settings.keys() <= {"viewport", "color_scheme"}
        page = self._emptied(**settings) if is_plain and not self._opened else self._own(script, settings)
        page.set_default_timeout(1000 * seconds)
        listeners: dict[str, Callable[[Any], None]] = {
            "request": lambda request: None if is_allowed(request.url) else self.complaints.append(request.url),
            "console": lambda message: self.complaints.append(f"{message.type}: {message.text}"),
            "pageerror": lambda error: self.complaints.append(str(error)),
        }
        for event, listener in listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]
        self._opened.append((page, listeners))
        page.goto(address)
        return page

    def _emptied(self, *, viewport: Any = WIDE, color_scheme: Any = "light") -> Page:
        """The shared page as a new one would be."""
        self._shared.set_viewport_size(viewport)
        self._shared.emulate_media(color_scheme=color_scheme)
        self._shared.mouse.move(0, 0)
        return self._shared

    def _own(self, script: str, settings: dict[str, Any]) -> Page:
        page = self._browser.new_context(**({"viewport": WIDE} | settings)).new_page()
        page.add_init_script(script)
        return page

    def close(self) -> None:
        """Leave the shared page blank, and close the others."""
        for page, listeners in self._opened:
            if page is self._shared:
                page.goto("about:blank")
                for event, listener in listeners.items():
                    page.remove_listener(event, listener)
            else:
                page.context.close()
