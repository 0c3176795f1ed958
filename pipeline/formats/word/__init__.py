"""Word: opening untrusted .docx files, their parts, texts, styles and places.

A Word file is a ZIP archive of XML parts. It is refused when it could exhaust the machine, reach out of its own
archive, or hold what no engine here draws.
"""
