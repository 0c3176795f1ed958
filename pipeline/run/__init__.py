"""Run: one case through all stages (``one.py``), and many cases through pools of processes.

In: sources of cases, options and a destination. Out: published packets, and a result for each case. ``pools/`` and
``cluster/`` run tasks elsewhere; ``report/`` shows what became of many cases; ``status.py`` only looks.
"""
