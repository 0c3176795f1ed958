"""Documents: fills Word templates with a case, converts them to PDF, and checks the result.

In: template set, plan and case. Out: the .docx and the PDF of each document. ``engines/`` convert Word to PDF;
``proof/`` compares the finished pages with the case, and searches them for the claims that
``visa/`` lists.
"""
