"""Many runs in one stack: each has the bits that it has alone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.activations import Activation, leaky_relu
from core.batches import BatchSchedule
from core.expression.nodes import Function, Name
from core.sgd import Trainer
from core.sweeps import stack as stack_module
from core.sweeps.orders import orders
from core.sweeps.stack import OTHER_BITS, most_in_stack, stack_key, train_stacked
from core.timeline import SMALL, Timeline
from samples import (
    ACTIVATIONS,
    LOSSES,
    PENALTIES,
    SCHEDULES,
    TRAINING,
    UPDATES,
    VARIANTS,
    examples,
    exercise_2,
    random_problem,
    step_bits,
)

needs_bits = pytest.mark.skipif(
    core.fingerprint().kernel in OTHER_BITS,
    reason=f"the BLAS kernel {core.fingerprint().kernel} multiplies stacked matrices otherwise than single ones: "
    "measured, so that nothing is stacked there",
)
WIDE = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 40)
LOSS_VARIANTS = (*LOSSES, *VARIANTS, core.SoftmaxHinge(margin=0.1), core.SoftmaxMargin(margin=2.0))


@st.composite
def stacks(draw: st.DrawFn) -> list[core.Problem]:
    """Up to ten problems of one shape, with other weights, seeds and learning rates, some of which are hopeless."""
    rows = draw(st.integers(1, 12) | st.integers(13, 70))
    loss = draw(st.sampled_from(LOSS_VARIANTS))
    functions = (*ACTIVATIONS[:4], draw(st.sampled_from([leaky_relu(), leaky_relu(0.3), leaky_relu(1.5)])))
    depth = draw(st.integers(1, 3))
    seed = draw(st.integers(0, 2**16))
    sizes = tuple(draw(st.lists(st.sampled_from(WIDE), min_size=depth + 1, max_size=depth + 1)))
    training: dict[str, Any] = {
        "loss": loss,
        "batch_size": draw(st.none() | st.integers(1, rows)),
        "shuffle": draw(st.booleans()),
        "reduction": draw(st.sampled_from(["sum", "mean"])),
        "update": draw(TRAINING["update"]),
        "penalty": draw(TRAINING["penalty"]),
        "schedule": draw(TRAINING["schedule"]),
    }
    first = with_functions(seed, functions, random_problem(seed, sizes, rows, freeze=draw(st.booleans()), **training))
    rng = np.random.default_rng(seed)
    rates, scales = (0.01, 0.1, 0.5, 10.0, 1000.0), (1.0, 1.0, 1.0, 1e3, 1e150)
    return [
        replace(
            first,
            network=other_weights(rng, first.network, float(rng.choice(scales))),
            learning_rate=float(rng.choice(rates)),
            shuffle_seed=(0, 1, 2**32 - 1, 2**32, int(rng.integers(2**20)))[rng.integers(5)],
        )
        for _ in range(draw(st.integers(1, 10)))
    ]


def with_functions(seed: int, functions: tuple[str | Activation, ...], problem: core.Problem) -> core.Problem:
    """The problem with an activation from `functions` for each hidden layer."""
    rng = np.random.default_rng(seed)
    *hidden, last = problem.network.layers
    layers = [
        core.Layer(layer.weights, layer.bias, functions[rng.integers(len(functions))], *trained(layer))
        for layer in hidden
    ]
    return replace(problem, network=core.Network([*layers, last]))


def trained(layer: core.Layer) -> tuple[bool, bool]:
    return layer.train_weights, layer.train_bias


def other_weights(rng: np.random.Generator, network: core.Network, scale: float) -> core.Network:
    return core.Network(
        [
            replace(
                layer,
                weights=scale * rng.normal(size=layer.weights.shape) / np.sqrt(len(layer.weights)),
                bias=None if layer.bias is None else rng.normal(size=layer.units),
            )
            for layer in network.layers
        ]
    )


def alone(problem: core.Problem, steps: int) -> Timeline:
    timeline = Timeline(problem, SMALL)
    with suppress(core.DivergedError):
        timeline.advance(steps)
    return timeline


def what_came_of(timeline: Timeline) -> tuple[int, bytes, bytes, str]:
    n = len(timeline)
    return n, timeline.losses.tobytes(), timeline.state(n).tobytes(), str(timeline.diverged)


def assert_as_alone(problems: list[core.Problem], steps: int) -> list[Timeline]:
    stacked = train_stacked(problems, steps)
    for timeline, problem in zip(stacked, problems, strict=True):
        assert timeline.problem is problem
        assert what_came_of(timeline) == what_came_of(alone(problem, steps))
    return stacked


@pytest.fixture
def without_the_check_of_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which would hide that the bits differ."""
    monkeypatch.setattr(stack_module, "_same_bits", lambda *_: True)


@needs_bits
@pytest.mark.usefixtures("without_the_check_of_a_sample")
class TestBits:
    @given(stacks(), st.integers(1, 60))
    @examples(60)
    def test_each_run_of_a_stack_has_the_bits_that_it_has_alone(self, problems: list[core.Problem], steps: int) -> None:
        assert_as_alone(problems, steps)

    def test_runs_that_end_leave_the_stack_one_after_the_other(self) -> None:
        # A linear unit: above some α the loss grows by a factor a step, and overflows after 709 / (2 log factor) steps.
        first = random_problem(1, (2, 1), 6, activation="identity", bias=False, update=core.SGD())
        limit = 2 / np.linalg.eigvalsh(first.inputs.T @ first.inputs)[-1]
        beyond = np.geomspace(1e8, 0.6, 20)
        rates = np.concatenate([limit * (1 + beyond), limit * np.linspace(0.1, 0.9, 20)]).reshape(2, -1).T.ravel()
        problems, steps = [replace(first, learning_rate=float(rate)) for rate in rates], 500
        timelines = assert_as_alone(problems, steps)
        lengths = [len(timeline) for timeline in timelines]
        assert lengths[1::2] == [steps] * 20
        assert len({*lengths[::2]}) > 12
        assert {length // 16 for length in lengths} >= {1, 2, 3}  # in different looks
        for timeline, problem in zip(timelines, problems, strict=True):
            ran, last = alone(problem, steps), len(timeline) - 1
            near = 16 if timeline.diverged else last  # where the state is that was handed over with the last one
            for index in (near, last, last - 1, 0, last // 2, last, 15, 16, last - last % 64):
                assert there(timeline, index) == there(ran, index)

    @given(stacks(), st.integers(1, 40), st.lists(st.integers(0, 70), min_size=1, max_size=8))
    @examples(25)
    def test_a_timeline_of_a_run_that_was_computed_elsewhere_is_like_one_that_ran(
        self, problems: list[core.Problem], steps: int, jumps: list[int]
    ) -> None:
        timeline, ran = train_stacked(problems, steps)[0], Timeline(problems[0])
        for index in jumps:
            assert there(timeline, index) == there(ran, index)
        advance_to(timeline, 80)
        advance_to(ran, 80)
        assert what_came_of(timeline) == what_came_of(ran)

    def test_the_ends_of_a_run_that_was_computed_elsewhere_are_near(self, monkeypatch: pytest.MonkeyPatch) -> None:
        problem, steps = exercise_2(learning_rate=0.1), 5000
        timeline = train_stacked([problem] * 4, steps)[0]
        taken: list[int] = []
        run = Trainer.run

        def counted(trainer: Trainer, steps: int, *rest: Any) -> Any:
            taken.append(steps)
            return run(trainer, steps, *rest)

        monkeypatch.setattr(Trainer, "run", counted)
        for look in (lambda: timeline[steps - 1], lambda: timeline[0], lambda: timeline.network(steps - 1)):
            look()
        assert sum(taken) <= 2
        assert timeline.network(steps).layers[0].weights.tobytes() == (
            alone(problem, steps).network(steps).layers[0].weights.tobytes()
        )


def there(timeline: Timeline, index: int) -> object:
    """The bits of a step, or why there is none."""
    try:
        return step_bits(timeline[index])
    except core.DivergedError as error:
        return str(error)


def advance_to(timeline: Timeline, length: int) -> None:
    with suppress(core.DivergedError):
        timeline.advance(length - len(timeline))


class TestStacks:
    def test_nothing_stacks_where_it_would_have_other_bits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stack_module, "_kernel", lambda: OTHER_BITS[0])
        assert stack_key(exercise_2()) is None

    @needs_bits
    def test_what_may_differ_in_a_stack_and_what_may_not(self) -> None:
        problem = random_problem(3, (4, 3, 2), 6, activation="relu", bias=True, batch_size=2)
        key, rng = stack_key(problem), np.random.default_rng(0)
        layers = problem.network.layers
        one_stack = [
            replace(problem, learning_rate=0.7, shuffle_seed=9, name="another"),
            replace(problem, network=other_weights(rng, problem.network, 2.0)),
        ]
        others = [
            replace(problem, inputs=problem.inputs + 1),
            replace(problem, targets=problem.targets + 1),
            replace(problem, batch_size=3),
            replace(problem, batch_size=None),
            replace(problem, shuffle=False),
            replace(problem, reduction="mean"),
            replace(problem, network=core.Network([replace(layers[0], train_bias=False), layers[1]])),
            replace(problem, network=core.Network([replace(layers[0], bias=None), layers[1]])),
            replace(problem, network=core.Network([replace(layers[0], activation="tanh"), layers[1]])),
            *(
                replace(problem, network=core.Network([core.Layer(layers[0].weights, layers[0].bias, f), layers[1]]))
                for f in (leaky_relu(), leaky_relu(0.5))
            ),
            replace(problem, loss=core.SquaredError(half=False)),
            replace(problem, loss=core.MeanSquaredError()),
            *(replace(problem, update=update) for update in UPDATES[1:]),
            *(replace(problem, penalty=penalty) for penalty in PENALTIES[1:]),
            *(replace(problem, schedule=schedule) for schedule in SCHEDULES[1:]),
        ]
        assert all(stack_key(other) == key for other in one_stack)
        keys = [key, *map(stack_key, others)]
        assert len({*keys}) == len(keys)
        with pytest.raises(ValueError, match="stack_key"):
            train_stacked([problem, others[0]], 3)

    def test_parts_from_outside_do_not_stack(self) -> None:
        class Own(core.SquaredError):
            pass

        softplus = Activation("own", Function("exp", Name("s")), Name("z"))
        problem = exercise_2()
        first, last = problem.network.layers
        assert stack_key(replace(problem, loss=Own())) is None
        network = core.Network([core.Layer(first.weights, None, softplus), last])
        assert stack_key(replace(problem, network=network)) is None

    @needs_bits
    def test_runs_whose_bits_differ_in_a_stack_are_trained_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stack_module, "_same_bits", lambda *_: False)
        monkeypatch.setattr(stack_module.Stack, "state", lambda stack: np.full((len(stack.problems), 9), np.pi))
        assert_as_alone([exercise_2(learning_rate=rate) for rate in (0.1, 0.2, 0.3, 5.0)], 50)

    def test_large_networks_do_not_stack(self) -> None:
        assert stack_key(random_problem(0, (300, 1000, 10), 2, batch_size=1)) is None

    @needs_bits
    def test_no_runs_and_no_steps(self) -> None:
        assert train_stacked([], 10) == []
        (timeline,) = train_stacked([exercise_2()], 0)
        assert len(timeline) == 0

    def test_large_runs_come_in_small_stacks(self) -> None:
        assert 250 <= most_in_stack(exercise_2(), 10_000) <= 500
        assert most_in_stack(exercise_2(), 2**23) == 2
        assert 25 <= most_in_stack(random_problem(0, (64, 32, 10), 640, batch_size=32), 1000) <= 100
        assert most_in_stack(random_problem(0, (300, 200, 10), 2, batch_size=1), 1000) >= 1


@given(
    st.lists(st.integers(0, 2**32 - 1) | st.integers(2**32, 2**70), max_size=6),
    st.integers(0, 2**33),
    st.integers(1, 90),
)
@examples(20)
def test_the_orders_of_many_seeds_are_those_of_each(seeds: list[int], epoch: int, rows: int) -> None:
    seeds = [*seeds, *range(60), *range(2**32 - 5, 2**32 + 5)]
    found = orders(seeds, epoch, rows)
    assert found.shape == (len(seeds), rows)
    for seed, order in zip(seeds, found, strict=True):
        assert order.tolist() == BatchSchedule(rows, 1, seed).order(epoch).tolist()
