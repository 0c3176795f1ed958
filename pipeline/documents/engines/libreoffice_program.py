"""Where LibreOffice is on this machine, and how to get it where it is not."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import EngineError, Problem

_NAMES = ("soffice", "libreoffice")
#: Folders of packages that are not on PATH.
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/usr/lib64/libreoffice/program/soffice",
    "/opt/libreoffice*/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_OS_RELEASE = (Path("/etc/os-release"), Path("/usr/lib/os-release"))
#: Family of distributions (ID or ID_LIKE of os-release) -> command.
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
    """Return the program ``soffice`` from PATH or the usual places. Raises EngineError with an install command."""
    on_path = filter(None, map(shutil.which, _NAMES))
    usual = (str(path) for place in _PLACES for path in sorted(Path("/").glob(place.lstrip("/"))))
    for program in (*on_path, *usual):
        return Path(program).absolute()
    message = "LibreOffice is not installed: no program soffice on PATH or in the usual places"
    raise EngineError(Problem("engine-missing", "error", message, install_line(), "libreoffice"))


def install_line() -> str:
    """Return the command that installs LibreOffice on this machine."""
    if platform.system() == "Darwin":
        return _MACOS
    return next((_INSTALL[family] for family in _families() if family in _INSTALL), _ELSEWHERE)


def _families() -> Iterable[str]:
    """Return the distribution and the similar ones, nearest first."""
    release = next((file for file in _OS_RELEASE if file.is_file()), None)
    lines = release.read_text(encoding="utf-8", errors="replace").splitlines() if release else []
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return " ".join(values.get(key, "").strip("\"'") for key in ("ID", "ID_LIKE")).split()
