"""In CI nothing may be missing: a test that was skipped because it needs a program has failed."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Turn such a skip into a failure."""
    report = yield
    reason = str(call.excinfo.value) if call.excinfo else ""
    if os.environ.get("CI") and report.skipped and reason.startswith("needs "):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {reason}"
    return report
