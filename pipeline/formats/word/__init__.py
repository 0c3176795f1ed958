"""Word files: opening untrusted .docx files, and reading their parts, texts, styles and places.

In: the bytes of a file. Out: its parsed parts, or a WordFileError with every reason for which it is rejected.
"""
