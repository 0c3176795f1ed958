"""Attachments: an untrusted file of the user becomes a clean PDF of A4 pages, or an error that says why not.

In: a path inside the case's folder. Out: a ``Paper``. Contents are parsed only in a process of its own with limits
(``reader_process.py``); this side opens the file, sends the bytes and checks the answer. ``forms/`` fills PDF forms.
"""
