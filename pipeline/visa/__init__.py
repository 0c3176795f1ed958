"""Visa: what the authorities say, as rules, tables and dates.

In: a case and a day. Out: findings with source and date (``rules/``), the timeline from papers to return to sport
(``timeline/``), and small tables: terms, working days, TB screening, advertising claims, MRZ, matching hospitals.
"""
