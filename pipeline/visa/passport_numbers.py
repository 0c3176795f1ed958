"""The numbers of ordinary passports of China, by series (rules ID-01 and ID-13)."""

from __future__ import annotations

#: Regular expressions.
E_SERIES, G_SERIES, OLDEST_SERIES = r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}", r"G[0-9]{8}", r"1[45][0-9]{7}"
