"""Addresses of destinations."""

import pytest

from hemoscope.errors import InputError
from hemoscope.pacs.places import Tongue, read_place


@pytest.mark.parametrize(
    ("url", "tongue"),
    [
        ("dicom://PACS@192.0.2.5:104", Tongue.C_STORE),
        ("dicoms://PACS@pacs.example:2762?calling=OURS", Tongue.C_STORE),
        ("https://pacs.example/dicom-web", Tongue.STOW),
        ("webhook+https://list.example/x?y=z", Tongue.WEBHOOK),
        ("mllp://[::1]:2575", Tongue.HL7),
    ],
)
def test_each_tongue_has_its_address(url, tongue):
    assert read_place(url).tongue is tongue


def test_what_an_address_says_is_kept():
    place = read_place("dicoms://PACS@pacs.example:2762?calling=OURS")
    assert (place.title, place.calling, place.host, place.port, place.is_tls) == (
        "PACS",
        "OURS",
        "pacs.example",
        2762,
        True,
    )
    assert read_place("webhook+https://list.example/x?y=z").web == "https://list.example/x?y=z"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pacs",
        "ftp://x/y",
        "dicom://pacs:104",
        "dicom://PACS@host",
        "dicom://PACS:secret@host:104",
        "https://user:secret@host/x",
        "https://user@host/x",
        "mllp://host",
        "http://192.0.2.1/dicom-web",
        "webhook+http://list.example/x",
        "dicom://PACS@host:99999",
        "dicom://AAAAAAAAAAAAAAAAAAAAAA@host:104",
    ],
)
def test_an_address_that_cannot_be_is_refused_and_no_secret_is_quoted(url):
    with pytest.raises(InputError) as caught:
        read_place(url)
    assert caught.value.code in ("destination.bad_url", "destination.clear_text", "listen.bad_title")
    assert "secret" not in str(caught.value).replace("--secret-env", "").replace("name a secret", "")
