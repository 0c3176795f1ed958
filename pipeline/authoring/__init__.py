"""Authoring: tools for people who write Word templates.

In: a template set, optionally an earlier version of it. Out: findings with places (``check/``), pages as pictures and
their changes (``preview/``), or a new template to start from.
"""
