"""File names that every packet has."""

from __future__ import annotations

MANIFEST_NAME = "manifest.json"

#: The patient's bundle; a companion's is bundle-companion-1.pdf and so on.
BUNDLE_NAME = "bundle.pdf"

#: What the office needs and nobody files.
WORKING_FILE_NAME = "working-file.pdf"
