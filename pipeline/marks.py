"""The words of the mark of a draft, for Word files and for forms."""

from __future__ import annotations

#: Printed on each page of a draft; by these words a page is known.
MARK = "案 / DRAFT"
#: Printed behind it.
WARNING = "　提出不可　not for filing　不得递交"
