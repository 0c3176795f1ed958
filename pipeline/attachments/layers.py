"""Layers of a PDF that are not shown: a bundle has no layers, so they would all become visible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.attachments.active_content import dictionaries
from pipeline.errors import UnusableError

#: Where a usage dictionary says when a layer is shown.
_STATES = {"/View": "/ViewState", "/Print": "/PrintState"}


def refuse_hidden_layers(pdf: pikepdf.Pdf) -> None:
    """Raise UnusableError when something of the PDF is not shown, or depends on what is shown."""
    properties = pdf.Root.get("/OCProperties")
    if isinstance(properties, pikepdf.Dictionary) and (_has_hidden(properties) or _has_conditions(pdf)):
        raise UnusableError(
            "attachment-layers",
            "the PDF has layers that are not shown, and would show them in the bundle",
            "print it to PDF as it is shown",
        )


def _has_hidden(properties: Any) -> bool:
    default = properties.get("/D", pikepdf.Dictionary())
    known = [group for group in properties.get("/OCGs", []) if isinstance(group, pikepdf.Dictionary)]
    off = {group.objgen for group in default.get("/OFF", [])}
    if default.get("/BaseState") == pikepdf.Name.OFF:
        off |= {group.objgen for group in known} - {group.objgen for group in default.get("/ON", [])}
    return any(group.objgen in off or "/OFF" in _usage(group) for group in known)


def _usage(group: Any) -> Iterator[str]:
    usage = group.get("/Usage", pikepdf.Dictionary())
    for category, state in _STATES.items():
        yield str(usage.get(category, pikepdf.Dictionary()).get(state))


def _has_conditions(pdf: pikepdf.Pdf) -> bool:
    """Whether anything is shown only while a layer is not."""
    return any(
        "/VE" in each or str(each.get("/P")) in {"/AllOff", "/AnyOff"}
        for each in dictionaries(pdf)
        if each.get("/Type") == pikepdf.Name.OCMD
    )
