"""What drawing a study costs beside scoring it: every overlay, the sheet of key slices and the page.

    python benchmarks/rendering.py [--rounds 5]

Scores the study once to warm up, then in each round scores it and draws all of its slices as `hemoscope explain --all`
does, reading them again; prints medians with the range over rounds, the ratio taken within rounds, and the page's size.

Data: rsna-2019-study (32 slices) in the folder HEMOSCOPE_DATA or ../shared/data.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from hemoscope import Predictor
from hemoscope.explanation.folder import PAGE, SLICES, DrawSettings, write_explanation
from hemoscope.inference.study import examine_study
from hemoscope.reading import open_studies
from real_data import folder

STUDY, MOST_S, MOST_MB = "rsna-2019-study", 2.0, 15.0
"""The study, and what is to be reached."""


def main() -> None:
    """Measure, then print the table and what is reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    predictor = Predictor()
    settings = DrawSettings(predictor.bundle.summary(), draws_all=True)
    scoring, drawing = [], []
    with open_studies(folder(STUDY)) as found, tempfile.TemporaryDirectory() as out:
        (study,) = found.studies
        examine_study(predictor, study, name=STUDY)
        for _ in range(rounds):
            started = time.perf_counter()
            examined = examine_study(predictor, study, name=STUDY)
            scored = time.perf_counter()
            write_explanation(examined, Path(out), settings)
            drawn = time.perf_counter()
            scoring.append(scored - started)
            drawing.append(drawn - scored)
        pictures = len(list((Path(out) / SLICES).iterdir()))
        megabytes = (Path(out) / PAGE).stat().st_size / 1e6
    print(f"{STUDY}, {pictures} overlays, {os.cpu_count()} cores; rounds: {rounds}, median [range]")
    print(f"scoring  {described(scoring)} s")
    print(f"drawing  {described(drawing)} s, reading the slices again")
    print(f"ratio    {described([one / other for one, other in zip(drawing, scoring, strict=True)])}")
    print(f"page     {megabytes:.1f} MB\n")
    for is_reached, words in (
        (statistics.median(drawing) < MOST_S, f"drawing in less than {MOST_S:.0f} s"),
        (megabytes < MOST_MB, f"a page of less than {MOST_MB:.0f} MB"),
    ):
        print(f"{'reached' if is_reached else 'missed '}  {words}")


def described(values: list[float]) -> str:
    """Write the median and the range."""
    return f"{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]"


if __name__ == "__main__":
    main()
