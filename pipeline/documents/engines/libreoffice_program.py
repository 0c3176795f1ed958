"""Where LibreOffice is on this machine, and how to get it where it is not."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import EngineError, Problem

_NAMES = ("soffice", "libreoffice")
#: Where packages put it without telling PATH.
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/usr/lib64/libreoffice/program/soffice",
    "/opt/libreoffice*/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_OS_RELEASE = (Path("/etc/os-release"), Path("/usr/lib/os-release"))
#: family of distributions (ID or ID_LIKE of os-release) -> what to type
_INSTALL = {
    "debian": "sudo apt-get install --no-install-recommends libreoffice-writer-nogui",
    "ubuntu": "sudo apt-get install --no-install-recommends libreoffice-writer-nogui",
    "fedora": "sudo dnf install libreoffice-writer",
    "rhel": "sudo dnf install libreoffice-writer",
    "suse": "sudo zypper install libreoffice-writer",
    "opensuse": "sudo zypper install libreoffice-writer",
    "arch": "sudo pacman -S libreoffice-still",
    "alpine": "sudo apk add libreoffice-writer",
}
_MACOS = "brew install --cask libreoffice"
_ELSEWHERE = "install LibreOffice Writer 7.4 or newer and put its folder `program` on PATH"


def find_soffice() -> Path:
    """The program ``soffice``: on PATH, else in the usual places. Raises EngineError with how to install it."""
    on_path = filter(None, map(shutil.which, _NAMES))
    usual = (str(path) for place in _PLACES for path in sorted(Path("/").glob(place.lstrip("/"))))
    for found in (*on_path, *usual):
        return Path(found).absolute()
    message = "LibreOffice is not installed: no program soffice on PATH or in the usual places"
    raise EngineError(Problem("engine-missing", "error", message, install_line(), "libreoffice"))


def install_line() -> str:
    """What to type on this machine to install LibreOffice."""
    if platform.system() == "Darwin":
        return _MACOS
    return next((_INSTALL[family] for family in _families() if family in _INSTALL), _ELSEWHERE)


def _families() -> Iterable[str]:
    """The distribution and what it is like, nearest first."""
    release = next((file for file in _OS_RELEASE if file.is_file()), None)
    lines = release.read_text(encoding="utf-8", errors="replace").splitlines() if release else []
    said = dict(line.split("=", 1) for line in lines if "=" in line)
    return " ".join(said.get(key, "").strip("\"'") for key in ("ID", "ID_LIKE")).split()
