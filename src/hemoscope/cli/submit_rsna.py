"""hemoscope submit-rsna: a bundle and the RSNA 2019 competition's images in, its submission file out."""

from pathlib import Path

import click

from hemoscope.cli import SOME_INPUTS_FAILED, options


@click.command(name="submit-rsna")
@options.bundle
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--sample", type=click.Path(path_type=Path, exists=True), help="CSV: the images to answer for instead.")
@click.option(
    "--labels", type=click.Path(path_type=Path, exists=True), help="CSV as stage_2_train.csv: print the loss on it."
)
@click.pass_context
def submit_rsna(
    context: click.Context, /, bundle: Path | None, data: Path, out: Path, sample: Path | None, labels: Path | None
) -> None:
    """Score the test images of RSNA 2019 in DATA with BUNDLE, and write the submission OUT (CSV: ID,Label).

    BUNDLE tells subtypes; the word shipped does. DATA holds stage_2_sample_submission.csv and stage_2_test/. An image
    that was refused or could not be read keeps the sample's 0.5. A stopped run goes on when it is called again. With
    --labels, the challenge's weighted log loss is printed for the images that both name. Exit codes: 0 all well, 1
    failed, 2 usage, 3 some images could not be read. Research use only.
    """
    from hemoscope.cli.progress import bar
    from hemoscope.inference.submission import score_submission, write_submission

    with bar("Scoring") as on_progress:
        made = write_submission(bundle, data, out, sample=sample, on_progress=on_progress)
    kept = sum(made.unanswered.values())
    reasons = ", ".join(f"{code} {count:,}" for code, count in sorted(made.unanswered.items()))
    click.echo(f"{len(made.probabilities) - kept:,} images scored, {kept:,} kept the sample's value", nl=not reasons)
    if reasons:
        click.echo(f": {reasons}")
    if labels is not None:
        loss, images = score_submission(made.probabilities, labels)
        click.echo(f"Weighted log loss {loss:.5f} on {images:,} images")
    click.echo(f"Written: {out}", err=True)
    if made.failed:
        context.exit(SOME_INPUTS_FAILED)
