"""Command line: parse options, call the library, print results, set the exit code.

In: arguments. Out: text for people on standard error and output, JSON for programs, an exit code of ``ExitCode``.
Only this room knows click, and only ``main.py`` exits.
"""
