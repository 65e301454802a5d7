"""Ready questions: which α learn, does it depend on the seed, how many hidden units; beside loops written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite, log
from pathlib import Path
from statistics import median

import numpy as np
import pytest

import core
from core.sweeps.executors import Chunk, Dones, Executor, Here
from core.sweeps.learned import Start, judged
from core.sweeps.work import results_of

STEPS = 1000
XOR = "a,b,same\n0,0,yes\n0,1,no\n1,0,no\n1,1,yes\n"


@pytest.fixture(scope="module")
def rates() -> core.RateAnswer:
    return core.ask_rate(core.Asking(core.load_problem("exercise-2"), STEPS))


@pytest.fixture(scope="module")
def xor_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("asked") / "same.csv"
    path.write_text(XOR)
    return str(path)


@pytest.fixture(scope="module")
def seeds(xor_file: str) -> core.SeedAnswer:
    options = {"hidden": "2", "activation": "relu", "lr": "0.5", "batch": "4"}
    return core.ask_seed(core.Asking(core.load_problem(xor_file, options), 300))


class Backwards(Executor):
    """Computes the runs one by one, the last chunk first."""

    workers = 3

    def results(self, chunks: Iterator[Chunk]) -> Dones:
        for chunk in reversed([*chunks]):
            for run in chunk:
                yield results_of([run])


class Never(Executor):
    """For what is known already."""

    def results(self, chunks: Iterator[Chunk]) -> Dones:
        assert not [*chunks]
        yield from ()


@np.errstate(all="ignore")
def by_hand(rate: float, steps: int) -> tuple[float, bool, bool]:
    """Exercise 2: the loss after so many steps, whether all was finite, and whether every hidden unit is idle."""
    x = np.array([[0.75, 0.8], [0.2, 0.05], [-0.75, 0.8], [0.2, -0.05]])
    y = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    first, last = np.array([[0.6, 0.7, 0], [0.01, 0.43, 0.88]]), np.array([[0.02], [0.03], [0.09]])
    finite = True
    for k in range(steps + 1):
        s = x @ first
        z = np.maximum(s, 0)
        r = z @ last - y
        loss = 0.5 * float((r**2).sum())
        finite = finite and isfinite(loss)
        if k < steps:
            first, last = first - rate * x.T @ ((r @ last.T) * (s > 0)), last - rate * z.T @ r
    return loss, finite, not (s > 0).any()


def kind_of(found: core.RateAnswer, rate: float) -> core.Tried:
    return found.tried[found.rates.index(rate)]


def test_the_known_answer_of_exercise_2(rates: core.RateAnswer) -> None:
    learns, stuck, dead, gone = (kind_of(rates, rate) for rate in (0.5, 1, 2, 3))
    assert [run.kind for run in (learns, stuck, dead, gone)] == ["learns", "stuck", "stuck", "diverges"]
    assert learns.result.loss < 0.05
    assert by_hand(0.5, STEPS)[0] < 0.05
    assert stuck.result.loss == pytest.approx(1.5)
    assert by_hand(1, STEPS)[0] == pytest.approx(1.5)
    assert dead.result.loss == 2
    assert "all 3 hidden units are idle" in dead.result.reason
    assert by_hand(2, STEPS) == (2.0, True, True)
    assert not by_hand(3, 20)[1]


def test_which_rates_diverge_is_what_a_loop_by_hand_finds(rates: core.RateAnswer) -> None:
    for rate, run in zip(rates.rates, rates.tried, strict=True):
        loss, finite, idle = by_hand(rate, STEPS)
        assert (run.kind != "diverges") == finite
        if idle and finite:
            assert (run.kind, run.result.loss) == ("stuck", loss)


def test_the_borders_are_between_neighbours_that_are_near(rates: core.RateAnswer) -> None:
    assert list(rates.rates) == sorted(rates.rates)
    assert {core.rounded_to(0.5 * 2.0**k, 3) for k in range(-6, 7)} <= {*rates.rates}
    assert rates.diverging is not None
    assert rates.finite is not None
    assert rates.learning is not None
    end = rates.diverging.value
    assert isinstance(end, float)
    assert 1 < end / rates.finite <= 1.02
    assert not by_hand(end, 30)[1]
    assert by_hand(rates.finite, 30)[1]
    for border, aside in ((rates.learning[0], -1), (rates.learning[1], 1)):
        neighbour = rates.rates[rates.rates.index(border) + aside]
        assert kind_of(rates, neighbour).kind != "learns"
        assert max(border, neighbour) / min(border, neighbour) <= 1.02
    assert rates.best is not None
    assert rates.best.result.loss == min(run.result.loss for run in rates.tried if run.is_finite)


def test_every_run_is_one_of_sgdb(rates: core.RateAnswer) -> None:
    for run in (kind_of(rates, 0.5), kind_of(rates, 0.0625)):
        timeline = core.Timeline(run.result.run.source.problem())
        assert timeline[STEPS].loss == run.result.loss
        assert timeline[0].learning_rate == run.value


def test_the_stretches_are_the_whole_line(rates: core.RateAnswer) -> None:
    assert [run for stretch in rates.stretches for run in stretch.tried] == [*rates.tried]
    assert {(s.kind, core.significant(s.tried[0].result.loss, 3)) for s in rates.stretches} > {
        ("stuck", "1.5"),
        ("stuck", "2"),
    }


def test_the_answer_is_the_same_whatever_computes_it() -> None:
    problem = core.load_problem("exercise-2")
    one, other = (core.ask_rate(core.Asking(problem, 40, executor)) for executor in (Here(), Backwards()))
    assert [(t.value, t.kind, t.result.loss) for t in one.tried] == [
        (t.value, t.kind, t.result.loss) for t in other.tried
    ]


def test_what_is_known_costs_nothing(tmp_path: Path) -> None:
    problem, told = core.load_problem("exercise-2"), []
    with core.SweepFile.create(tmp_path / "a.sqlite", problem) as file:
        one = core.ask_rate(core.Asking(problem, 20, None, file, lambda done, total: told.append((done, total))))
        assert told[-1] == (len(one.tried), len(one.tried)) == (len(file), len(file))
        assert told == sorted(told)
        other = core.ask_rate(core.Asking(problem, 20, Never(), file))
    assert [(t.value, t.kind) for t in one.tried] == [(t.value, t.kind) for t in other.tried]


@pytest.mark.parametrize(("rate", "kind"), [("1e300", "diverges"), ("1e-9", "slow")])
def test_a_rate_that_is_far_off_is_left_behind(rate: str, kind: str) -> None:
    found = core.ask_rate(core.Asking(core.load_problem("exercise-2", {"lr": rate}), 20))
    assert kind_of(found, float(rate)).kind == kind
    assert (found.best is None) == (kind == "diverges")


def test_a_loss_that_any_rate_brings_down_ends_the_doubling() -> None:
    found = core.ask_rate(core.Asking(core.load_problem("svm"), 300))
    assert found.learning is not None
    assert found.learning[1] == found.rates[-1] < 1e5
    assert found.diverging is None


def test_what_learning_is() -> None:
    result = results_of([core.Run(core.Source("exercise-2"), 400)]).results[0]
    start = Start(2.0, 2.0, None)

    def run(outcome: str, loss: float, *curve: float) -> core.Result:
        losses = np.interp(np.linspace(0, 1, 256), np.linspace(0, 1, len(curve)), curve)
        return replace(result, outcome=outcome, loss=loss, curve=losses)

    going = "still going"
    cases = {
        "learns": run("converged", 0.0, 2, 0, 0, 0, 0),
        "learns too": run(going, 0.19, 2, 1, 0.5, 0.3, 0.19),
        "slow": run(going, 0.5, 2, 1.5, 1.2, 0.8, 0.5),
        "slow, though level to 3 digits": run("converged", 1.9992, 2, 1.9998, 1.9996, 1.9994, 1.9992),
        "unsteady": run(going, 1.2, 2, 0.9, 1.3, 0.8, 1.2, 0.8, 1.3, 0.9, 1.2),
        "stuck": run("stuck", 1.5, 2, 1.5, 1.5, 1.5, 1.5),
        "stuck, level all but": run(going, 1.5, 2, 1.5, 1.51, 1.5, 1.51, 1.5),
        "stuck at 0.1": run("stuck", 0.1, 2, 0.1, 0.1, 0.1, 0.1),
        "diverges": run("diverging", 1e200, 2, 1e200),
        "diverges in the end": run(going, 1e9, 2, 1e9),
        "failed": run("failed", float("nan"), 2),
    }
    tried = judged([*cases], start, [*cases.values()])
    for name, found in zip(cases, tried, strict=True):
        assert found.kind == name.split(",")[0].split(" ")[0], name


def test_how_often_xor_is_stuck_and_why(seeds: core.SeedAnswer) -> None:
    assert [run.value for run in seeds.tried] == [*range(20)]
    assert seeds.changes == ("the initial weights",)
    assert sum(seeds.counts.values()) == 20
    assert seeds.counts["learns"] > 1
    assert seeds.counts["stuck"] > 10
    for run in seeds.tried:
        assert (run.result.loss < 0.05) == (run.kind == "learns")
        if run.kind == "learns":
            assert run.result.accuracy == 1
    # A network whose units are all idle says one half everywhere.
    dead = next(cause for cause in seeds.causes if cause.text == "all units of layer 1 are idle in all rows")
    for run in dead.tried:
        assert run.result.loss == pytest.approx(log(2), abs=1e-6)
        step = core.Timeline(run.result.run.source.problem())[300]
        assert not (step.pre_activations[0] > 0).any()
    assert sum(len(cause.tried) for cause in seeds.causes) == seeds.counts["stuck"]
    assert [len(cause.tried) for cause in seeds.causes] == sorted((len(c.tried) for c in seeds.causes), reverse=True)


def test_a_seed_that_changes_nothing_is_not_counted() -> None:
    for name, steps in (("exercise-2", 20), ("xor", 20)):
        found = core.ask_seed(core.Asking(core.load_problem(name), steps))
        assert (found.changes, len(found.tried)) == ((), 1)
    found = core.ask_seed(core.Asking(core.load_problem("circles", {"in-order": True}), 20))
    assert not found.changes
    found = core.ask_seed(core.Asking(core.load_problem("circles"), 20), (3, 4, 3))
    assert (found.changes, [run.value for run in found.tried]) == (("the order of the rows",), [3, 4])


def test_how_many_hidden_units_are_enough() -> None:
    asking = core.Asking(core.load_problem("circles"), 200)
    found = core.ask_width(asking, (0, 1, 2))
    units = [width.units for width in found.widths]
    assert units == [2**k for k in range(len(units))]
    assert len(units) >= 4
    assert found.ended
    assert found.enough is not None
    assert found.enough.units in (4, 8)
    for width in found.widths:
        options = [{name: str(value) for name, value in run.result.run.options.items()} for run in width.tried]
        assert options == [{"hidden": str(width.units), "seed": str(seed)} for seed in (0, 1, 2)]
        tests = [run.result.test_loss for run in width.tried]
        assert width.measure == median(loss for loss in tests if loss is not None)
        assert width.spread("test_loss") == (min(tests), median(tests), max(tests))  # type: ignore[type-var]
    narrow = found.widths[0].tried[0].result
    verdict = core.verdict_on(narrow.run.source.problem(), core.Timeline(narrow.run.source.problem())[200].network)
    assert verdict.held_out is not None
    assert verdict.held_out.loss == narrow.test_loss


def test_all_hidden_layers_have_as_many_units() -> None:
    found = core.ask_width(core.Asking(core.load_problem("blobs", {"hidden": "3,3", "batch": "1000"}), 20))
    assert (found.layers, found.changes) == (2, ())
    assert [run.result.run.options["hidden"] for run in found.widths[2].tried] == ["4,4"]


def test_mistakes_in_a_question() -> None:
    layer = core.Layer(np.ones((1, 1)))
    made = core.Problem(name="made", inputs=np.ones((1, 1)), targets=np.ones((1, 1)), network=core.Network([layer]))
    for problem, steps, message in (
        (made, 20, "it was made in Python"),
        (core.load_problem("xor"), 9, "option steps: expected at least 10"),
    ):
        with pytest.raises(core.ProblemError, match=message):
            core.Asking(problem, steps)
    with pytest.raises(core.ProblemError, match="the number of hidden units cannot vary"):
        core.ask_width(core.Asking(core.load_problem("xor"), 20))
    with pytest.raises(core.ProblemError, match="at least 2 seeds"):
        core.ask_seed(core.Asking(core.load_problem("circles"), 20), (1, 1))
