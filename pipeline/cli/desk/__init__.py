"""Desk: a page on this machine for people who do not write JSON (``visa-packet desk``).

In: requests of one browser, and a folder of cases. Out: changed cases, papers in their places, and packets. The state
is the files, so the command line can be used in turn. What draws or builds runs in other processes.
"""
