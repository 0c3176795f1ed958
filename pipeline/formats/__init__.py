"""Formats: JSON, Word, PDF and ZIP files, fonts, characters, and the look of pages for a browser.

In: bytes or a file. Out: parsed values with their places, or an error with its reasons. Nothing here knows about
visas or cases.
"""
