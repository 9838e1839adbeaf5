"""hemoscope pull: fetch studies from a DICOMweb server."""

from pathlib import Path

import click

from hemoscope.cli import options
from hemoscope.cli.stores import open_store

MOST = 100


@click.command()
@click.argument("url")
@click.option("--study", "studies", multiple=True, help="Study Instance UID; repeatable.")
@click.option("--date", help="Of the study, as QIDO-RS has it: 20240301, or 20240301-20240302.")
@click.option("--accession", help="Accession number.")
@click.option("--patient-id", help="Patient's ID.")
@click.option("--modality", default="CT", show_default=True, help="That the study has.")
@click.option("--most", type=click.IntRange(1), default=MOST, show_default=True, help="Studies at most.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to fetch into.")
@click.option("--submit", is_flag=True, help="Put them into the queue of the store, in place of --out.")
@click.option("--token-env", help="Environment variable with a bearer token.")
@options.folder
@options.store_url
def pull(
    url: str,
    studies: tuple[str, ...],
    date: str | None,
    accession: str | None,
    patient_id: str | None,
    modality: str,
    most: int,
    out: Path | None,
    submit: bool,
    token_env: str | None,
    folder: Path | None,
    store_url: str | None,
) -> None:
    """Fetch studies from the DICOMweb server at URL, by their UIDs or by a query, into a folder or the queue.

    Instances come as they are stored. One study that cannot be fetched costs the others nothing. Needs the extra
    [pacs]. Exit codes: 0 all came, 1 failed, 2 usage, 3 some did not come.
    """
    from hemoscope.cli import SOME_INPUTS_FAILED
    from hemoscope.cli.progress import bar
    from hemoscope.pacs.dicomweb import Web, token_of
    from hemoscope.pacs.pulling import fetch_studies, submit_studies

    if (out is None) != submit:
        raise click.UsageError("Give either --out or --submit.")
    filters = {"StudyDate": date, "AccessionNumber": accession, "PatientID": patient_id}
    asked = {name: value for name, value in filters.items() if value}
    if not studies and not asked:
        raise click.UsageError("Give --study, or something to look for: --date, --accession or --patient-id.")
    web = Web(url, token=token_of(token_env))
    wanted = list(studies) or web.find({**asked, "ModalitiesInStudy": modality})
    if len(wanted) > most:
        raise click.UsageError(f"{len(wanted):,} studies match; raise --most, or ask for fewer.")
    with bar("Fetching") as advance:
        if out is not None:
            failed = fetch_studies(web, wanted, out, on_progress=advance)
        else:
            with open_store(folder, store_url) as store:
                failed = submit_studies(web, wanted, store, on_progress=advance)
    for error in failed:
        click.echo(f"[{error.code}] {error.message} {error.next_step}", err=True)
    click.echo(f"{len(wanted) - len(failed):,} of {len(wanted):,} studies came.", err=True)
    if failed:
        raise SystemExit(SOME_INPUTS_FAILED)
