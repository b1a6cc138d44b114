"""What is known of an hour before it is there, and how well it was foretold."""

import numpy as np
import pandas as pd

DAY = 24


def features(yesterday: pd.Series) -> pd.DataFrame:
    """What the model sees of each hour: the clock, the weekend, and the same hour a day before.

    yesterday is indexed by the hours to be foretold, not by its own.
    """
    at = yesterday.index
    angle = 2 * np.pi * at.hour / DAY
    return pd.DataFrame(
        {"yesterday": yesterday, "sin": np.sin(angle), "cos": np.cos(angle), "weekend": (at.day_of_week >= 5).astype(float)},
        index=at,
    )


def learned_and_held_out(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first four fifths of the time, to learn from, and the rest, to be tested with."""
    cut = len(table) * 4 // 5
    return table[:cut], table[cut:]


def mean_error(found: pd.Series, foretold: np.ndarray) -> float:
    """The mean absolute error in MB. Rounded, so that the order of a sum does not show."""
    return round(float(np.abs(found.to_numpy() - foretold).mean()), 6)
