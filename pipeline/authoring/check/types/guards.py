"""Guards of a template: the paths that are certainly present inside ``{% if … %}``."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes

#: Dotted paths that are present.
Guards = frozenset[str]


def path_of(node: nodes.Node | None) -> str | None:
    """Return the expression as a dotted path, or None if it is something else."""
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


def bound_names(target: nodes.Node) -> list[str]:
    """Return the names that a loop or an assignment binds."""
    return [name.name for name in ([target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name))]


def drop_names(guards: Guards, names: Iterable[str]) -> Guards:
    """Return the guards without those on ``names``, which are bound again and therefore no longer guarded."""
    dropped = (path for path in guards for name in names if path == name or path.startswith((f"{name}.", f"{name}[")))
    return guards.difference(dropped)


def implied_by(test: nodes.Node, *, holds: bool) -> Guards:
    """Return the paths that are certainly present if ``test`` holds, or if it does not."""
    if isinstance(test, nodes.Not):
        return implied_by(test.node, holds=not holds)
    if isinstance(test, nodes.And | nodes.Or):
        left, right = implied_by(test.left, holds=holds), implied_by(test.right, holds=holds)
        return left | right if isinstance(test, nodes.And) == holds else left & right
    if isinstance(test, nodes.Test):
        path = path_of(test.node)
        return frozenset({path} if path and test.name == "none" and not holds else ())
    if isinstance(test, nodes.Compare):
        return _implied_by_comparison(test, holds=holds)
    path = path_of(test)
    return frozenset({path} if path and holds else ())


def _implied_by_comparison(test: nodes.Compare, *, holds: bool) -> Guards:
    """``x == "text"`` implies that x is present; so does ``x != none``."""
    path, [operand, *more] = path_of(test.expr), test.ops
    if not path or more or not isinstance(operand.expr, nodes.Const | nodes.List | nodes.Tuple):
        return frozenset()
    is_none = isinstance(operand.expr, nodes.Const) and operand.expr.value is None
    if operand.op in {"eq", "in"}:
        implies = holds and not is_none
    else:
        implies = operand.op in {"ne", "notin"} and holds == is_none
    return frozenset({path} if implies else ())
