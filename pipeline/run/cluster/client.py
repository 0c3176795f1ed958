"""A Dask cluster as a pool. Dask provides queue, retries and transport."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import EngineError, ExitCode, InputError, Problem, VisaPacketError, bug, load_extra, system_reason
from pipeline.options import BuildOptions
from pipeline.run.cluster.parcel import pack, unpack
from pipeline.run.cluster.versions import Versions, find_differences, version_problem, wanted_versions
from pipeline.run.pools.pool import PendingResult
from pipeline.run.pools.workers import LocalPool
from pipeline.run.task import Task, TaskResult, failed

_SCHEME = "tls://"
#: Seconds that the scheduler has to answer, and to have a worker.
_PATIENCE = 30
#: Seconds after which the workers are counted again, because they come and go.
_COUNTED_EVERY = 10


@dataclass(frozen=True, slots=True)
class Cluster:
    """Address of the scheduler, and the TLS files of the client; without them, Dask's configuration is used."""

    scheduler: str
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None


class ClusterPool:
    """Worker processes of other machines. Cases and papers are sent to them as bytes."""

    def __init__(self, cluster: Cluster, options: BuildOptions, timeout: float) -> None:
        """Raises InputError for a wrong address or a missing library, EngineError for a cluster that cannot be used."""
        self._timeout = timeout
        self._client = _connected(cluster)
        try:
            self._versions = wanted_versions(options)
            _check_versions(self._client, self._versions, options)
            self._executor = self._client.get_executor(pure=False)
        except BaseException:
            self._client.close()
            raise
        self._here = LocalPool(1, timeout)
        self._counted = 0.0
        self._workers = 1

    @property
    def jobs(self) -> int:
        """Number of worker processes."""
        if time.monotonic() - self._counted > _COUNTED_EVERY:
            self._workers, self._counted = max(len(self._client.nthreads()), 1), time.monotonic()
        return self._workers

    def submit(self, function: Callable[[Any], Any], argument: Any) -> PendingResult:
        """Run ``function(argument)`` on a worker, or on this machine if the case cannot be sent."""
        from pipeline.run.cluster.worker import run_parcel  # noqa: PLC0415 - it needs Dask

        parcel = pack(argument, self._versions, self._timeout)
        if parcel is None:
            return self._here.submit(function, argument)
        return _ClusterResult(argument, self._executor.submit(run_parcel, function, parcel))

    def stop(self) -> None:
        """Cancel unfinished tasks, and disconnect from the cluster."""
        self._executor.shutdown(wait=False)
        self._client.close()
        self._here.stop()


@dataclass(frozen=True, slots=True)
class _ClusterResult:
    """The answer of a worker of the cluster."""

    task: Task
    future: Future[Any]

    def result(self) -> TaskResult:
        """Wait for the result, and publish its packet."""
        from distributed import KilledWorker  # noqa: PLC0415 - Dask is optional

        try:
            return unpack(self.future.result(), self.task)
        except KilledWorker:
            message = "every worker process that built this case died or exceeded the time limit"
            hint = "build this case alone, without --scheduler; allow more time with --timeout"
            lost = Problem("worker-died", "error", message, hint, self.task.source.name)
            return failed(self.task, ExitCode.ENGINE, (lost,))
        except CancelledError:
            raise _unusable(
                "the connection to the scheduler was lost", "start the run again; it will continue"
            ) from None
        except OSError as error:  # a full disk of the worker, say
            message = f"the worker failed: {system_reason(error)}"
            hint = "check the disks of the workers, then build this case again"
            problem = Problem("worker-failed", "error", message, hint, self.task.source.name)
            return failed(self.task, ExitCode.ENGINE, (problem,))
        except VisaPacketError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one case does not stop the others either
            return failed(self.task, ExitCode.BUG, (bug(error),))


def _connected(cluster: Cluster) -> Any:
    """A client that is connected to the scheduler."""
    if not cluster.scheduler.startswith(_SCHEME):
        message = "cases are sent over encrypted connections only"
        hint = (
            f"give its address as {_SCHEME}HOST:PORT, and start the scheduler with --tls-ca-file, --tls-cert, --tls-key"
        )
        raise InputError(Problem("scheduler-address", "error", message, hint, cluster.scheduler or None))
    distributed = load_extra("distributed", "distributed", "--scheduler")
    files = {"tls_ca_file": cluster.tls_ca, "tls_client_cert": cluster.tls_cert, "tls_client_key": cluster.tls_key}
    tls_files = {name: str(path) for name, path in files.items() if path is not None}
    try:
        security = distributed.Security(require_encryption=True, **tls_files)
        client = distributed.Client(
            cluster.scheduler, security=security, timeout=_PATIENCE, set_as_default=False, name="visa-packet"
        )
    except (OSError, TypeError, ValueError):
        message = "the scheduler cannot be reached"
        hint = "check address, certificates and clock; the scheduler must be running"
        raise _unusable(message, hint, cluster.scheduler) from None
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        client.close()
        raise _unusable("the scheduler has no workers", "start one with `dask worker`", cluster.scheduler) from None
    return client


def _check_versions(client: Any, wanted: Versions, options: BuildOptions) -> None:
    """Raise EngineError if the packets of a worker would differ from those of this machine."""
    from pipeline.run.cluster.versions import local_versions  # noqa: PLC0415 - a worker finds the function by its name

    answers = client.run(local_versions, options.templates, options.engine, on_error="return").values()
    if any(isinstance(answer, BaseException) for answer in answers):
        found = ["a worker has another version of visa-packet, or none"]
    else:
        found = find_differences(wanted, answers)
    if found:
        raise EngineError(version_problem(found))


def _unusable(message: str, hint: str, place: str | None = None) -> EngineError:
    return EngineError(Problem("cluster-unusable", "error", message, hint, place))
