"""Run: one case through all stages (``one.py``), and many cases through pools of processes.

In: sources of cases, options and a destination. Out: published packets, and a result for each case. ``pools/`` and
``cluster/`` run tasks in other processes; ``report/`` is the HTML page of a run; ``status.py`` lists open items;
``case_folder/`` starts a case, saves answers and adds papers.
"""
