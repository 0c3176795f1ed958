"""The numbers of ordinary passports of China, by series (rules ID-01, ID-13, VIS-17)."""

from __future__ import annotations

#: Regular expressions.
E_SERIES, G_SERIES, OLDEST_SERIES = r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}", r"G[0-9]{8}", r"1[45][0-9]{7}"
#: Passports of the two Special Administrative Regions.
HONG_KONG_SERIES, MACAO_SERIES = r"[HK][0-9]{8}|K[A-Z][0-9]{7}", r"MA[0-9]{7}"
