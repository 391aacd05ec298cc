"""How good is a space? Figures, each with its n, its interval and what was skipped.

Import from here; the explanation page "Evaluation" says what each figure means and when it misleads.
"""

from vicinal.evaluate._combined import evaluate
from vicinal.evaluate._ranks import spearman
from vicinal.evaluate.analogy import evaluate_analogies
from vicinal.evaluate.comparison import Comparison, NeighborChange
from vicinal.evaluate.labels import evaluate_labels, read_labels
from vicinal.evaluate.neighbors import neighbor_overlap, stability
from vicinal.evaluate.questions import builtin_questions, read_questions, write_questions
from vicinal.evaluate.report import Figure, Report
from vicinal.evaluate.similarity import evaluate_similarity, read_pairs
from vicinal.evaluate.translation import translation_precision

__all__ = [
    "Comparison",
    "Figure",
    "NeighborChange",
    "Report",
    "builtin_questions",
    "evaluate",
    "evaluate_analogies",
    "evaluate_labels",
    "evaluate_similarity",
    "neighbor_overlap",
    "read_labels",
    "read_pairs",
    "read_questions",
    "spearman",
    "stability",
    "translation_precision",
    "write_questions",
]
