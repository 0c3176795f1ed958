"""Guards of a template: which paths are there for certain inside ``{% if … %}``."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes

#: Dotted paths that are there.
Guards = frozenset[str]


def path_of(node: nodes.Node | None) -> str | None:
    """The expression as a dotted path, if it is one."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        before = path_of(node.node)
        return f"{before}.{node.attr}" if before else None
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        before = path_of(node.node)
        key = node.arg.value
        return f"{before}.{key}" if before and isinstance(key, str) else f"{before}[{key}]" if before else None
    return None


def names_of(target: nodes.Node) -> list[str]:
    """Names that a loop or an assignment binds."""
    return [name.name for name in ([target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name))]


def begun_by(guards: Guards, names: Iterable[str]) -> Guards:
    """The guards on names that are bound anew, which therefore guard no longer."""
    return frozenset(
        path for path in guards for name in names if path == name or path.startswith((f"{name}.", f"{name}["))
    )


def shown_by(test: nodes.Node, *, holds: bool) -> Guards:
    """Paths that are there for certain when ``test`` holds, or when it does not."""
    if isinstance(test, nodes.Not):
        return shown_by(test.node, holds=not holds)
    if isinstance(test, nodes.And | nodes.Or):
        both = shown_by(test.left, holds=holds), shown_by(test.right, holds=holds)
        return both[0] | both[1] if isinstance(test, nodes.And) == holds else both[0] & both[1]
    if isinstance(test, nodes.Test):
        path = path_of(test.node)
        return frozenset({path} if path and test.name == "none" and not holds else ())
    if isinstance(test, nodes.Compare):
        return _shown_by_comparison(test, holds=holds)
    path = path_of(test)
    return frozenset({path} if path and holds else ())


def _shown_by_comparison(test: nodes.Compare, *, holds: bool) -> Guards:
    """``x == "text"`` shows that x is there; so does ``x != none``."""
    path, [operand, *more] = path_of(test.expr), test.ops
    if not path or more or not isinstance(operand.expr, nodes.Const | nodes.List | nodes.Tuple):
        return frozenset()
    is_none = isinstance(operand.expr, nodes.Const) and operand.expr.value is None
    equal = operand.op in {"eq", "in"}
    shown = (holds and not is_none) if equal else (operand.op in {"ne", "notin"} and holds == is_none)
    return frozenset({path} if shown else ())
