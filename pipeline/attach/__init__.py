"""Attachments: a file that the user supplies becomes a clean PDF of A4 pages, or an error that says why not.

What a file holds is looked at in a process of its own (``worker.py``, ``convert.py``); this side opens the file, hands
its bytes over, and takes what comes back. So it needs none of the libraries that read papers.
"""

from __future__ import annotations

from pipeline.attach.inside import read_inside
from pipeline.attach.paper import Note, Paper, Wanted, read_paper, warm_up

__all__ = ["Note", "Paper", "Wanted", "read_inside", "read_paper", "warm_up"]
