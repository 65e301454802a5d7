"""Sessions to test with."""

from __future__ import annotations

import core
from core import Edit, SavedWatch, Session, Timelines

HEAD = 'version = 1\nproblem = "exercise-2"\n'
PROBLEM = (
    "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [-1]]\n"
    "[[layers]]\nweights = [[1], [2]]\n[training]\nlearning_rate = 0.01\n"
)


def begun(name: str = "exercise-2", **options: object) -> tuple[Session, Timelines]:
    problem = core.load_problem(name, options)
    return Session.of(problem), Timelines(problem)


def worked_on() -> tuple[Session, Timelines]:
    """A session with something of everything."""
    session, timelines = begun(lr="0.3")
    main = timelines[session.looked_at.branch]
    main.advance(50)
    session = session.fork(*core.edits_for(main[20], "W_1", (1, 3), 0.1 / 3)).add_bookmark(25, "here it dies")
    timelines[session.looked_at.branch].advance(10)
    session = session.fork(Edit(23, "loss", (), core.SquaredError(half=False)), Edit(23, "alpha", (), 0.25))
    timelines[session.looked_at.branch].advance(5)
    session = session.rename("what if 2", "no half").add_watch("loss < 0.01").add_watch("all(z_1[:,2] == 0)")
    session = session.change_watch("loss < 0.01", SavedWatch("loss < 0.01", enabled=False))
    session = session.switch("what if 1").at(22, ("W_1", (1, 3)))
    return session.with_view({"log": True, "digits": 4, "pane": "weights"}), timelines
