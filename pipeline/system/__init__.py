"""System: the services of the operating system that the other rooms share.

Processes and their limits, locked folders, the user's cache, atomic writes, temporary folders.
"""
