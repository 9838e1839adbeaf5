"""Collections of several origins, each with labels of its own kind, read into one table."""

from hemoscope.datasets.items import UNKNOWN
from hemoscope.datasets.origins.cases import Case, Pool
from hemoscope.datasets.origins.load import ORIGINS, load_origins

__all__ = ["ORIGINS", "UNKNOWN", "Case", "Pool", "load_origins"]
