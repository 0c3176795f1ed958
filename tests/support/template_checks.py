"""The check of a template in this process, and the places of its findings."""

from __future__ import annotations

from pathlib import Path

from pipeline.authoring.check.template import Job, check_template, merge_trials, run_trial
from pipeline.errors import Problem, WordPlace


def check_here(path: Path, folder: Path | None = None) -> list[Problem]:
    """Return all findings on one template."""
    job = Job(str(path), str(folder) if folder else None)
    result = check_template(job)
    trials = ((trial, run_trial(job, trial).findings) for trial in result.trials)
    return [*result.findings, *merge_trials(trials)]


def word_place(problem: Problem) -> WordPlace:
    """Return the place of a problem in a Word file."""
    assert isinstance(problem.place, WordPlace)
    return problem.place
