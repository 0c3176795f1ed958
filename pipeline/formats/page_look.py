"""What all pages for a browser share: the look, and the policy of a page that is one file with its style and script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

#: The folder of the style sheet, for a server.
LOOK = Path(__file__).parent / "web" / "look.css"


def page_environment(folder: Path) -> Environment:
    """Return the environment for the HTML templates of a folder. Values are escaped, and unknown names are errors."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def inlined(own_style: str, script: str) -> dict[str, str]:
    """Return style and script of a page that is one file, with their hashes for its Content-Security-Policy.

    The style begins with the look of all pages.
    """
    style = _look() + own_style
    return {
        "style": Markup(style),  # noqa: S704 - this program's own file
        "script": Markup(script),  # noqa: S704 - as above
        "style_hash": _policy_hash(style),
        "script_hash": _policy_hash(script),
    }


@cache
def _look() -> str:
    return LOOK.read_text(encoding="utf-8")


def _policy_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
