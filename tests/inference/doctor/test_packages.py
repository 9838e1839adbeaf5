import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from hemoscope.inference.doctor import packages
from hemoscope.inference.doctor.packages import BASE, EXTRAS, SAME, check_extras, check_packages, installed_version
from hemoscope.records import Check, Health

PROJECT = tomllib.loads((Path(__file__).resolve().parents[3] / "pyproject.toml").read_text())["project"]


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", requirement).group() for requirement in requirements}


def test_the_base_is_what_the_project_requires():
    assert set(BASE) == names(PROJECT["dependencies"])


def test_the_extras_are_those_of_the_project_less_what_developers_need():
    extras = {
        name: names(needed) - {"hemoscope"}  # an extra may build on another
        for name, needed in PROJECT["optional-dependencies"].items()
        if name != "dev"
    }
    assert set(EXTRAS) == set(extras) == set(packages.FEATURES)
    for name, needed in extras.items():
        twins = {twin for package in EXTRAS[name] for twin in SAME.get(package, ())}
        assert needed - twins == set(EXTRAS[name])


def test_every_package_of_the_base_is_ok_here_with_its_version():
    checks = list(check_packages())
    assert [check.name for check in checks] == ["hemoscope", "python", *BASE]
    assert all(check.health is Health.OK and re.match(r"\d", check.detail) for check in checks)


def broken_import(error: Exception):
    def importing(module: str) -> object:
        if module == "gdcm":
            raise error
        return import_module(module)

    return importing


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            ModuleNotFoundError("No module named 'gdcm'", name="gdcm"),
            Check("packages", "python-gdcm", Health.MISSING, "Not installed.", next_step="pip install python-gdcm"),
        ),
        (
            ImportError("/home/somebody/libgdcm.so: cannot open"),
            Check(
                "packages",
                "python-gdcm",
                Health.FAILED,
                "It stopped with ImportError.",
                next_step="pip install --force-reinstall python-gdcm",
            ),
        ),
        (
            ModuleNotFoundError("No module named '_gdcm'", name="_gdcm"),
            Check(
                "packages",
                "python-gdcm",
                Health.FAILED,
                "Its module _gdcm cannot be imported.",
                next_step="pip install --force-reinstall python-gdcm",
            ),
        ),
    ],
    ids=["missing", "broken", "half there"],
)
def test_a_package_that_cannot_be_imported_breaks_the_base_and_no_path_is_told(monkeypatch, error, expected):
    monkeypatch.setattr(packages, "import_module", broken_import(error))
    (odd,) = [check for check in check_packages() if check.health is not Health.OK]
    assert odd == expected
    assert odd.is_broken


def test_a_missing_extra_is_no_fault_and_says_how_to_get_it(monkeypatch):
    known = {name: "1.0" for needed in EXTRAS.values() for name in needed} | {"keras": None, "optuna": None}
    monkeypatch.setattr(packages, "installed_version", known.get)
    assert [check for check in check_extras() if check.health is not Health.OK] == [
        Check(
            "extras",
            "train",
            Health.MISSING,
            "Needed to train, tune and export networks; not installed: keras, optuna.",
            is_needed=False,
            next_step='pip install "hemoscope[train]"',
        )
    ]


def test_a_package_that_brings_the_same_modules_counts(monkeypatch):
    def version(name: str) -> str:
        if name != "tensorflow":
            raise packages.PackageNotFoundError(name)
        return "2.20"

    monkeypatch.setattr(packages, "version", version)
    assert installed_version("tensorflow-cpu") == "2.20"
    assert installed_version("keras") is None
