"""Debian's Chromium for tests of pages, without a window, with the shipped fonts for Chinese and Japanese."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.formats.fonts import font_folders

CHROMIUM = shutil.which("chromium")
WIDE, NARROW = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


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
