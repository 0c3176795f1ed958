"""Formats: JSON, Word, PDF, fonts and characters as file formats.

In: bytes or a file. Out: parsed values with places, or a refusal that says why. Nothing here knows of visas or cases.
"""
