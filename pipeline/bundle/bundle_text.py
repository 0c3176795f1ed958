"""The language of bundles, and the hashes of the texts of their documents."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from pipeline.formats.json.reader import JsonFile

#: Language of a bundle; its documents may have others.
LANGUAGE: Final = "ja"


def text_key(case: JsonFile) -> bytes:
    """Return the key of the text hashes, which depends on the whole case.

    A plain hash of a page would confirm a guessed passport number to anyone who knows the rest of the page.
    """
    return hashlib.sha256(b"visa-packet text of a document\0" + case.text.encode()).digest()


def text_hash(text: str, key: bytes) -> str:
    """Return the hash of the text of a document under the key of its case."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
