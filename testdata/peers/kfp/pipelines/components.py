"""The pipeline that users copy from components/flts/kfp."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "components/flts/kfp"))

from flts_pipeline import pipeline

ALL = [pipeline]
