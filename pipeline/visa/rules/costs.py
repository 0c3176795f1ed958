"""The estimate of costs: the deposit, and the exchange rates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.rules.registry import Hit, rule


@rule("CST-01")
def deposit_within_total(case: Case, _as_of: date) -> Iterator[Hit]:
    costs = case.costs
    if costs is not None and costs.deposit is not None and costs.deposit.amount_jpy > costs.total_jpy:
        yield Hit("/costs/deposit/amount_jpy")


@rule("CST-02")
def deposit_before_treatment(case: Case, _as_of: date) -> Iterator[Hit]:
    deposit = case.costs.deposit if case.costs is not None else None
    first = min(step.date for visit in case.treatment.visits for step in visit.procedures)
    if deposit is not None and deposit.due_date is not None and deposit.due_date > first:
        yield Hit("/costs/deposit/due_date")


@rule("CST-03")
def plausible_rates(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.costs is not None:
        for name, (lowest, highest) in read_data("exchange-rates")["plausible"].items():
            if not lowest <= Decimal(getattr(case.costs.exchange, name)) <= highest:
                yield Hit(f"/costs/exchange/{name}")


@rule("CST-04")
def recent_rates(case: Case, as_of: date) -> Iterator[Hit]:
    if case.costs is not None:
        age = (case.visa.filing_date - case.costs.exchange.date).days
        if case.costs.exchange.date > as_of:
            yield Hit("/costs/exchange/date", ["future"])
        elif age > read_data("exchange-rates")["oldest_days"]:
            yield Hit("/costs/exchange/date", ["old"])
