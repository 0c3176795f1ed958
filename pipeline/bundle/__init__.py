"""Bundle: merge documents and papers into the PDFs that are filed.

In: drawn documents (PDF) and papers (PDF), in the order of the packet's plan.
Out: one PDF for each traveller, with outline, page numbers, labels, links, metadata, a page map and signature fields;
downsampled papers and volumes where a size limit requires them; the copy for third parties.
"""
