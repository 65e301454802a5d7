"""A loss whose targets are classes."""

from __future__ import annotations

import numpy as np

from core.arrays import Array
from core.classes import class_mistake
from core.losses.base import Loss


class ClassLoss(Loss):
    """What the losses over classes share: several outputs have one-hot rows for targets, a single one -1 and +1."""

    def draw_targets(self, rng: np.random.Generator, rows: int, width: int) -> Array:
        classes = rng.integers(max(2, width), size=rows)
        one_hot: Array = np.eye(max(2, width))[classes]
        return one_hot if width > 1 else one_hot[:, 1:] - one_hot[:, :1]

    def target_mistakes(self, targets: Array) -> list[str]:
        mistake = class_mistake(targets)
        if mistake is None:
            return []
        binary = targets.shape[1] == 1 and bool(np.isin(targets, (0, 1)).all())
        hint = "; 0 and 1 go with binary_cross_entropy and a sigmoid output, -1 and +1 with a linear one" * binary
        return [f"targets: the {self.title} loss needs classes; {mistake}{hint}"]
