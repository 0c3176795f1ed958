"""Public functions that build packets and look at built ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import date
from os import PathLike
from typing import Any

from pipeline.case.load import load_case, load_draft
from pipeline.case.source import Source
from pipeline.documents.engines.engine import DEFAULT_ENGINE
from pipeline.errors import InputError
from pipeline.formats.messages import worded_problem
from pipeline.language import Language
from pipeline.options import BuildOptions
from pipeline.publish.destination import destination_of
from pipeline.run.cluster.client import Cluster
from pipeline.run.many import available_cores, check_ids, make_pool, pin_templates, run_many
from pipeline.run.pools.pool import stopping
from pipeline.run.public.arguments import (
    CaseLike,
    NamedCases,
    StrPath,
    check_range,
    day_of,
    path_of,
    public,
    source_of,
)
from pipeline.run.public.checking import letters_of
from pipeline.run.published_packet import PublishedPacket
from pipeline.run.report.report_page import report_page
from pipeline.run.report.summary import report_header
from pipeline.run.stages import StageEvent, enter, observed
from pipeline.run.task import Task, TaskResult, build_loaded

_MOST_JOBS = 256
_SMALLEST_BUNDLE, _LARGEST_BUNDLE = 100_000, 10**12
_LONGEST_TIME = 86_400


@public
def build_case(
    case: CaseLike,
    out: StrPath = "out",
    *,
    folder: StrPath | None = None,
    as_of: date | None = None,
    templates: StrPath = "medical-stay",
    directory: StrPath | None = None,
    draft: bool = False,
    strict: bool = False,
    allow_missing: bool = False,
    allow_changed: bool = False,
    read_scans: bool = False,
    letter_languages: Sequence[Language] | None = None,
    engine: str = DEFAULT_ENGINE,
    right_hand_pages: bool = False,
    max_bytes: int | None = None,
    signature_fields: bool = False,
    recipient_copy: bool = False,
    documents: bool = True,
    password: str | None = None,
    force: bool = False,
) -> PublishedPacket:
    """Build the packet of a case as ``out/<case id>``, unless an up-to-date one is there (``is_current``).

    Return its ``folder``, its ``manifest`` (with ``state``, ``bundles``, ``documents``, ``outputs``) and the
    ``problems`` that did not block it. Raise the VisaPacketError of the stage that failed, with all problems; nothing
    is published then, and an earlier packet stays.

    ``out`` may be an address such as ``s3://bucket/folder``. A ``draft`` may lack fields and papers, and has a mark on
    every page; with ``allow_missing``, papers may be missing. ``password`` encrypts every PDF. Without ``documents``, a
    document that is in a bundle is no file of its own. The case is built in this process, without a time limit.

    >>> packet = build_case("examples/xu-wenjing", "out", as_of=date(2026, 11, 22), allow_missing=True, documents=False)
    >>> packet.manifest.state, packet.manifest.pages_to_file, packet.is_current
    ('to_be_signed', 15, False)
    >>> sorted(path.name for path in packet.folder.iterdir() if path.is_file())
    ['bundle.pdf', 'manifest.json', 'working-file.pdf']
    """
    options = _options(
        as_of=as_of,
        templates=templates,
        directory=directory,
        draft=draft,
        strict=strict,
        allow_missing=allow_missing,
        allow_changed=allow_changed,
        read_scans=read_scans,
        letter_languages=letter_languages,
        engine=engine,
        right_hand_pages=right_hand_pages,
        max_bytes=max_bytes,
        signature_fields=signature_fields,
        recipient_copy=recipient_copy,
        no_documents=not documents,
        password=password,
        force=force,
    )
    source, destination = source_of(case, folder), destination_of(str(out))
    with destination.lock():
        enter("load")
        loaded = (load_draft if draft else load_case)(source, options.directory)
        return build_loaded(loaded, destination, options)


@public
def observe_stages(listen: Callable[[StageEvent], object]) -> AbstractContextManager[None]:
    """Return a context in which ``listen`` is called at the start and the end of each stage of ``build_case``.

    >>> with observe_stages(lambda event: print(event.stage) if event.seconds is None else None):
    ...     build_case("examples/xu-wenjing", as_of=date(2026, 11, 22), allow_missing=True, documents=False).is_current
    load
    plan
    True
    """
    return observed(listen)


def _options(*, as_of: date | None, templates: StrPath, directory: StrPath | None, **others: Any) -> BuildOptions:
    """Return the options of a build. Raises InputError if some exclude each other."""
    check_range("max_bytes", others["max_bytes"], _SMALLEST_BUNDLE, _LARGEST_BUNDLE)
    if others["signature_fields"] and others["password"]:
        raise InputError(worded_problem("usage/signed-encrypted", room="run"))
    others["letter_languages"] = letters_of(others["letter_languages"])
    return BuildOptions(day_of(as_of), str(templates), directory=path_of(directory), **others)


@public
def build_many(
    cases: StrPath | Iterable[CaseLike],
    out: StrPath = "out",
    *,
    jobs: int | None = None,
    timeout: float = 120,
    scheduler: str | None = None,
    tls_ca: StrPath | None = None,
    tls_cert: StrPath | None = None,
    tls_key: StrPath | None = None,
    report: bool = False,
    show_names: bool = False,
    language: Language = "en",
    folder: StrPath | None = None,
    as_of: date | None = None,
    templates: StrPath = "medical-stay",
    directory: StrPath | None = None,
    draft: bool = False,
    strict: bool = False,
    allow_missing: bool = False,
    allow_changed: bool = False,
    read_scans: bool = False,
    letter_languages: Sequence[Language] | None = None,
    engine: str = DEFAULT_ENGINE,
    right_hand_pages: bool = False,
    max_bytes: int | None = None,
    signature_fields: bool = False,
    recipient_copy: bool = False,
    documents: bool = True,
    password: str | None = None,
    force: bool = False,
) -> Iterator[TaskResult]:
    """Build many cases in worker processes. Yield the result of each, in the order of the cases.

    ``cases`` are a folder, a pattern or a .jsonl file, or an iterable of cases as ``build_case`` takes them. A case
    that fails does not stop the others: the ``status`` of its result is ``failed`` (others are ``built`` or
    ``current``), with ``code`` and ``problems``; a crash or a build of more than ``timeout`` seconds costs its own case
    only. Cases are built while you go through the results: leave the loop, and the rest is not built.

    ``jobs`` is the number of processes, by default one for each core. ``scheduler`` (``tls://host:port``) builds on the
    workers of a Dask cluster instead. With ``report``, ``out/report.html`` lists the results, in ``language``. The
    other arguments are those of ``build_case``. Raise CaseError before the first build if two cases have one id.

    >>> data = json.loads(Path("examples/xu-wenjing/case.json").read_bytes())
    >>> cases = ["examples/xu-wenjing", data | {"case_id": "p-102", "patient": {}}]
    >>> for done in build_many(cases, as_of=date(2026, 11, 22), allow_missing=True, documents=False, jobs=1):
    ...     print(done.name, done.status, int(done.code))
    examples/xu-wenjing/case.json current 0
    <case 2>:1 failed 3
    """
    options = _options(
        as_of=as_of,
        templates=templates,
        directory=directory,
        draft=draft,
        strict=strict,
        allow_missing=allow_missing,
        allow_changed=allow_changed,
        read_scans=read_scans,
        letter_languages=letter_languages,
        engine=engine,
        right_hand_pages=right_hand_pages,
        max_bytes=max_bytes,
        signature_fields=signature_fields,
        recipient_copy=recipient_copy,
        no_documents=not documents,
        password=password,
        force=force,
    )
    check_range("jobs", jobs, 1, _MOST_JOBS)
    check_range("timeout", timeout, 0.01, _LONGEST_TIME)
    cluster = None if scheduler is None else Cluster(scheduler, path_of(tls_ca), path_of(tls_cert), path_of(tls_key))
    run = _Run(str(out), options, jobs or available_cores(), timeout, cluster)
    page = _Page(language, show_names) if report else None
    return run.results(_all_sources(cases, folder), page)


def _all_sources(cases: StrPath | Iterable[CaseLike], folder: StrPath | None) -> Iterable[Source]:
    """Return where the cases are read from, which can be iterated twice."""
    if isinstance(cases, str | PathLike):
        return NamedCases(cases)
    found = []
    for number, case in enumerate(cases, start=1):
        if not isinstance(case, str | PathLike | bytes | Mapping):
            raise TypeError(f"build_many(): case {number} must be a path, bytes or Mapping, not {type(case).__name__}")
        near = folder if isinstance(case, bytes | Mapping) else None
        found.append(source_of(case, near, f"<case {number}>"))
    return found


@dataclass(frozen=True, slots=True)
class _Page:
    """What the page of a run is like."""

    language: Language
    names: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """Builds of many cases with the same options."""

    out: str
    options: BuildOptions
    jobs: int
    timeout: float
    cluster: Cluster | None

    def results(self, sources: Iterable[Source], page: _Page | None) -> Iterator[TaskResult]:
        """Check the ids, and return the results, which are built while they are taken."""
        return self._built(sources, page, check_ids(sources))

    def _built(self, sources: Iterable[Source], page: _Page | None, total: int) -> Iterator[TaskResult]:
        destination, pinned = destination_of(self.out), pin_templates(self.options)
        tasks = (Task(source, destination, pinned, page is not None and page.names) for source in sources)
        with ExitStack() as stack:
            folder = stack.enter_context(destination.lock())
            written = None
            if page is not None:
                header = report_header(self.options.check, page.language, names=page.names)
                written = stack.enter_context(report_page(header, folder))
            pool = make_pool(self.cluster, self.options, min(self.jobs, max(total, 1)), self.timeout)
            stack.enter_context(stopping(pool, folder))
            for done in run_many(tasks, pool):
                if written is not None:
                    written.add(done)
                yield done
            if written is not None:
                destination.publish_page(written.publish())
