"""hemoscope export: a run folder in, a model bundle out."""

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--left-out", type=click.Path(path_type=Path), help="A cross-validation by origin, for the model card.")
@click.option("--data", type=click.Path(path_type=Path), help="What it learned from: adds each file's SHA-256.")
@click.option("--study", type=click.Path(path_type=Path), help="The run of a study head, to carry along.")
def export(run: Path, bundle: Path, left_out: Path | None, data: Path | None, study: Path | None) -> None:
    """Write the BUNDLE of a RUN's best epoch, and prove that ONNX Runtime scores as Keras does.

    The bundle carries a fingerprint of each slice that the run saw, so that evaluate can tell whether a collection
    stood in training.

    Score with it: hemoscope predict PATH --bundle BUNDLE
    """
    from hemoscope.training.export import TOLERANCE
    from hemoscope.training.export import export as write_bundle

    written = write_bundle(run, bundle, left_out=left_out, data=data, study=study)
    click.echo(f"{bundle}: {written.name} {written.version}")
    click.echo(f"ONNX Runtime against Keras: {written.metadata['onnx_against_keras']:.1e} (allowed {TOLERANCE:g})")
    choice = written.metadata["calibration_choice"]
    click.echo(f"Calibration: {choice['method']}, {choice['reason']}")
    for point in written.operating_points.values():
        reached = f"sensitivity {point.sensitivity}, specificity {point.specificity}"
        click.echo(f"{point.name:<10}positive from {point.threshold:.3f}: {reached}")
    if written.study is not None:
        click.echo(f"Study head: {written.metadata['study']['head']}, fitted on {written.study.fitted_on}")
    click.echo(f"Next: hemoscope predict PATH --bundle {bundle}")
