"""Rules of the visa: a catalogue (data) and one small function for each rule, in one module for each theme.

To add a rule: an entry in ``catalogue.json``, a function with ``@rule("ID")`` in the module of its theme, and a
positive and a negative sample in ``tests/visa/rules/samples``.
"""
