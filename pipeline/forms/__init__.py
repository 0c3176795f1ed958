"""Fillable PDFs that the user supplies, such as an official form: what fields they have, and filling them.

``mapping.py`` and ``values.py`` say what goes into which field, ``attachments.py`` does it for a case, ``alone.py`` for
a file of its own. ``answer.py``, ``fields.py``, ``layout.py`` and ``fill.py`` open the PDF; they run in the process
that reads attachments.
"""

from __future__ import annotations

#: What a form that was filled as a file of its own says of its maker.
OWN_FORM = "visa-packet form fill"
