"""Bundle: documents and papers become the merged PDFs that are filed.

In: drawn documents (PDF) and papers (PDF), in the order of the packet's plan.
Out: one PDF a traveller with outline, page numbers, labels, links, metadata and a page map; volumes and
smaller versions where a size limit asks for them; the recipient's copy; fields for signatures.
"""
