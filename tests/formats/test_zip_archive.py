from __future__ import annotations

import zipfile

import pytest

from pipeline.formats.zip_archive import declares_doctype, pack, read_parts

PARTS = {"word/document.xml": b"<a/>" * 100, "empty": b""}


def test_equal_parts_give_equal_bytes() -> None:
    assert read_parts(pack(PARTS)) == PARTS
    assert pack(PARTS) == pack(dict(PARTS))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", pack(PARTS)[:-30], pack(PARTS).replace(b"empty", b"other", 1)])
def test_a_damaged_archive_is_one_kind_of_error(content: bytes) -> None:
    with pytest.raises(zipfile.BadZipFile):
        read_parts(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_recognised_in_each_encoding(encoding: str) -> None:
    assert declares_doctype('<?xml version="1.0"?><!DOCTYPE a><a/>'.encode(encoding))
    assert not declares_doctype("<a/>".encode(encoding))
