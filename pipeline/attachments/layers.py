"""Rejects a PDF with hidden layers: a bundle has no layers, so all would become visible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.attachments.active_content import dictionaries
from pipeline.attachments.unusable import unusable

#: The keys of a usage dictionary for the visibility of a layer.
_STATES = {"/View": "/ViewState", "/Print": "/PrintState"}


def reject_hidden_layers(pdf: pikepdf.Pdf) -> None:
    """Raise UnusableError if a layer of the PDF is hidden, or if its visibility depends on another layer."""
    properties = pdf.Root.get("/OCProperties")
    if isinstance(properties, pikepdf.Dictionary) and (_has_hidden(properties) or _has_conditions(pdf)):
        raise unusable("attachment-layers")


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
    """Return True if something is visible only while a layer is hidden."""
    return any(
        "/VE" in each or str(each.get("/P")) in {"/AllOff", "/AnyOff"}
        for each in dictionaries(pdf)
        if each.get("/Type") == pikepdf.Name.OCMD
    )
