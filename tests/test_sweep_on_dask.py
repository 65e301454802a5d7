"""A sweep on a Dask cluster of two processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
from importlib import import_module

import pytest

import core

distributed = pytest.importorskip("distributed")


def test_a_sweep_completes_where_a_worker_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"lr": "0.05..5/log/20", "seed": "0..4"}
    expected = {result.run.key: result for result in core.sweep("xor", options, steps=400)}
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs="CRITICAL"
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        found = []
        for result in core.sweep("xor", options, steps=400, executor=client):
            if not found:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
            found.append(result)
        assert not client.futures
        with monkeypatch.context() as patch:
            patch.setattr("core.sweeps.executors.results_of", lambda _: import_module("a_module_that_is_not_there"))
            with pytest.raises(ConnectionError, match="must be installed on each of them"):
                list(core.sweep("xor", options, steps=400, executor=client))
        working = core.sweep("xor", {"lr": "0.05..5/log/1000"}, steps=10_000, executor=client)
        next(working)
        cluster.close()
        with pytest.raises(ConnectionError, match="the connection with the cluster is lost"):
            list(working)
    assert len(found) == len(expected)
    assert {result.run.key for result in found} == expected.keys()
    one = core.fingerprint()
    for result in found:
        same = expected[result.run.key]
        if result.fingerprint == one:
            assert result.curve.tolist() == same.curve.tolist()
        assert result.loss == pytest.approx(same.loss, rel=1e-6)
        assert result.outcome == same.outcome
