"""The notebook runs from its first cell to its last, in a short run."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "hemorrhage_detection.ipynb"


def executed(data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> nbformat.NotebookNode:
    """Run the notebook for two epochs on small inputs."""
    monkeypatch.setenv("HEMOSCOPE_NOTEBOOK_DATA", str(data))
    monkeypatch.setenv("HEMOSCOPE_NOTEBOOK_EPOCHS", "2")
    monkeypatch.setenv("HEMOSCOPE_NOTEBOOK_SIZE", "32")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    return notebook


def printed(notebook: nbformat.NotebookNode) -> str:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.get("text", "") for output in outputs)


def pictures(notebook: nbformat.NotebookNode) -> int:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.slow
def test_the_notebook_ends_with_a_confidence_and_shows_plots(drawn_set, monkeypatch, tmp_path):
    notebook = executed(drawn_set, monkeypatch, tmp_path)
    text = printed(notebook)
    assert "drawn (kaggle): 16 slices, 8 with hemorrhage" in text
    assert "confidence that it shows hemorrhage: " in text
    assert "Research use only" in text
    assert pictures(notebook) >= 5


@pytest.mark.slow
@pytest.mark.real_data
def test_the_notebook_runs_on_the_200_and_finds_the_leak(two_hundred, monkeypatch, tmp_path):
    text = printed(executed(two_hundred, monkeypatch, tmp_path))
    assert "200 slices, 100 with hemorrhage" in text
    assert "AUROC of the width of the picture alone: 0.80" in text


def test_the_notebook_is_committed_without_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
