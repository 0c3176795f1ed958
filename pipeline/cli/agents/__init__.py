"""Agents: the tools of the Model Context Protocol for one folder of cases (``visa-packet mcp``).

In: calls of one client on standard input, and a folder of cases that the operator chose. Out: small answers, changed
cases, papers in their places, and packets. Each tool is a few lines over the functions that the commands call. Nothing
here signs, files or approves, and no error contains a value of a case.
"""
