"""Documents: a Word template and a case become a filled Word file, its PDF, and the proof of both.

In: template set, plan and case. Out: for each document its .docx and PDF. ``engines/`` convert Word to PDF;
``proof/`` compares what the finished pages say with the case.
"""
