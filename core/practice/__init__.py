"""Practice: fresh problems with friendly numbers, exercises that ask for their numbers, what was found, and scores."""

from core.fresh import LARGEST_SEED, practice_problem
from core.practice.exercise import Exercise
from core.practice.progress import forget_progress, keep_progress, resume
from core.practice.replies import Reply
from core.practice.scores import Score, keep_score, load_scores, now, scores_path

__all__ = [
    "LARGEST_SEED",
    "Exercise",
    "Reply",
    "Score",
    "forget_progress",
    "keep_progress",
    "keep_score",
    "load_scores",
    "now",
    "practice_problem",
    "resume",
    "scores_path",
]
