"""Command line: parses options, calls the library, prints results, and sets the exit code.

In: arguments. Out: text for people on standard error and output, JSON for programs, an exit code of ``ExitCode``.
Only this room knows click, and only ``main.py`` exits.
"""
