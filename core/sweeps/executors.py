"""Where the runs of a sweep are computed: here, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import wait as wait_for_end
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias

from core.machine import fingerprint
from core.sweeps.run import Run, failed
from core.sweeps.work import Done, results_of

if TYPE_CHECKING:
    from distributed import Client

Chunk: TypeAlias = Sequence[Run]
Dones: TypeAlias = Generator[Done, None, None]
WORTH_PROCESSES = 0.3  # seconds of work: about what starting them costs
AHEAD = 2  # chunks for each worker: the one at work, and the next
LOST = "the process that computed it ended"
NO_SGDB = "the workers cannot compute the runs; this sgdb must be installed on each of them"
NO_PROCESS = (
    "no process can be started for the runs: a program that uses processes is a file, "
    'and does its own work under `if __name__ == "__main__":`'
)
# What tells the libraries that numpy may multiply with how many threads to use.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Executor(ABC):
    """Computes chunks of runs with so many `workers`."""

    workers = 1

    @abstractmethod
    def results(self, chunks: Iterator[Chunk]) -> Dones:
        """The results of all chunks, each once, as they come. A chunk is taken when there is room for it; closing the
        generator stops the work.
        """


class Here(Executor):
    """In this process, one chunk after another."""

    def results(self, chunks: Iterator[Chunk]) -> Dones:
        for chunk in chunks:
            yield results_of(chunk)


class Processes(Executor):
    """In processes of this machine, each with one thread. One that ends, whatever the reason, is replaced, and what it
    was at is computed again. A program that uses this does its own work under `if __name__ == "__main__":`; where none
    of them starts, RuntimeError is raised.
    """

    def __init__(self, workers: int | None = None) -> None:
        """`workers`: how many; None: as many as there are processors for this process."""
        self.workers = workers or processors()
        self._works = False  # whether a process has ever come to a result

    def results(self, chunks: Iterator[Chunk]) -> Dones:
        while lost := (yield from self._round(chunks)):
            rest = iter(lost)
            for chunk in (*(yield from self._round(rest)), *rest):  # two processes have ended over one of these
                yield from self._carefully(chunk)

    def _round(self, chunks: Iterator[Chunk]) -> Generator[Done, None, list[Chunk]]:
        """The results of the chunks until all are there, or a process ends: then those that are lost are returned."""
        flying: dict[Future[Done], Chunk] = {}
        lost: list[Chunk] = []
        pool = _pool(self.workers)
        try:
            while not lost:
                for chunk in islice(chunks, AHEAD * self.workers - len(flying)):
                    try:
                        flying[_submitted(pool, chunk)] = chunk
                    except BrokenExecutor:
                        lost.append(chunk)
                done = wait(flying, return_when=FIRST_COMPLETED).done
                if not done:
                    return lost
                for future in done:
                    chunk = flying.pop(future)
                    try:
                        found = future.result()
                    except BrokenExecutor:
                        lost.append(chunk)
                    else:
                        self._works = True
                        yield found
            if not self._works:
                self._try()
            for future in wait(flying).done:  # all of them end with the pool, some with a result
                if future.exception() is None:
                    yield future.result()
                else:
                    lost.append(flying[future])
            return lost
        finally:
            _ended(pool)

    def _try(self) -> None:
        """See whether a process starts at all. Raises RuntimeError."""
        pool = _pool(1)
        try:
            _submitted(pool, []).result()
        except BrokenExecutor:
            raise RuntimeError(NO_PROCESS) from None
        finally:
            _ended(pool)
        self._works = True

    def _carefully(self, chunk: Chunk) -> Dones:
        """The results of a chunk that ends its process: of its runs one by one, so that it is known which one does."""
        pool = _pool(1)
        try:
            yield _submitted(pool, chunk).result()
        except BrokenExecutor:
            if len(chunk) == 1:
                yield Done([failed(chunk[0], LOST, fingerprint())], 0.0)
                return
            for run in chunk:
                yield from self._carefully([run])
        finally:
            _ended(pool)


class Local(Executor):
    """On this machine: in this process as long as that is worth while, then in processes."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or processors()

    def results(self, chunks: Iterator[Chunk]) -> Dones:
        end = perf_counter() + WORTH_PROCESSES
        while self.workers == 1 or perf_counter() < end:
            if (chunk := next(chunks, None)) is None:
                return
            yield results_of(chunk)
        yield from Processes(self.workers).results(chunks)


class OnDask(Executor):
    """On the workers of a Dask cluster, on which this sgdb is installed. Raises ConnectionError where it is not, or the
    cluster is lost.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def workers(self) -> int:  # type: ignore[override]
        """How many threads the workers have now."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def results(self, chunks: Iterator[Chunk]) -> Dones:
        from distributed import KilledWorker, as_completed

        flying: dict[object, Chunk] = {}
        futures = as_completed(loop=self._client.loop)

        def submit() -> None:
            for chunk in islice(chunks, max(0, AHEAD * self.workers - len(flying))):
                future = self._client.submit(results_of, chunk, pure=False)
                flying[future] = chunk
                futures.add(future)

        try:
            submit()
            for future in futures:
                chunk = flying.pop(future)
                try:
                    found = future.result()
                except CancelledError:
                    raise ConnectionError("the connection with the cluster is lost") from None
                except KilledWorker:
                    found = Done([failed(run, LOST, fingerprint()) for run in chunk], 0.0)
                except Exception as error:  # no run raises anything: it is a result
                    raise ConnectionError(f"{NO_SGDB} ({type(error).__name__})") from None
                future.release()  # or it is computed again where the worker that keeps it ends
                submit()
                yield found
        finally:
            if self._client.status == "running":
                self._client.cancel(list(flying))


def processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin)


def _submitted(pool: ProcessPoolExecutor, chunk: Chunk) -> Future[Done]:
    with _one_thread(), _no_interrupt():  # a process that is started for it takes these over
        return pool.submit(results_of, chunk)


def _begin() -> None:
    """In a new process: leave ctrl+c to the one that started it, and end with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for_end([sentinel])
    os._exit(1)


def _ended(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool, those at work, too: nobody waits for what they are at."""
    for process in list((pool._processes or {}).values()):  # public from Python 3.14 on, as terminate_workers
        process.terminate()
    pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Processes that are started meanwhile leave ctrl+c to this one from their first moment on; here it waits."""
    if not hasattr(signal, "pthread_sigmask"):  # not on every system
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that are started meanwhile multiply in one thread, unless somebody has set a number."""
    if any(os.environ.get(name) for name in THREADS):
        yield
        return
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name in THREADS:
            del os.environ[name]
