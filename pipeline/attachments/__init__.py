"""Attachments: converts an untrusted file of the user to a clean PDF of A4 pages, or says why it cannot be used.

In: a path inside the folder of the case. Out: a ``Paper``. Only the limited process (``system/limited_process.py``)
parses contents; this process opens the file and exchanges messages with it. Pictures are downsampled here; ``bundle/``
only asks for a paper to be read again, coarser. ``forms/`` fills PDF forms.
"""
