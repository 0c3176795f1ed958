"""Case: one patient's JSON file as frozen, typed values.

In: a JSON file, and the directory of hospitals and guarantors. Out: a ``Case`` (``model.py``) in which dates are dates
and an absent optional field is None. The classes mirror ``schemas/``. ``importing/`` converts a spreadsheet to cases.
"""
