"""Practice: fresh problems with friendly numbers, exercises that ask for their numbers, and scores."""

from core.practice.exercise import Exercise, Reply
from core.practice.fresh import LARGEST_SEED, practice_problem
from core.practice.scores import Score, keep_score, load_scores, now, scores_path

__all__ = [
    "LARGEST_SEED",
    "Exercise",
    "Reply",
    "Score",
    "keep_score",
    "load_scores",
    "now",
    "practice_problem",
    "scores_path",
]
