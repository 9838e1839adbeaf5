"""DICOMweb (PS3.18): look studies up, fetch them, store objects; by dicomweb-client."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from hemoscope.deidentification.key import Key
from hemoscope.errors import InputError, MissingExtraError
from hemoscope.pacs.errors import DeliveryError
from hemoscope.pacs.places import Tongue, read_place
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.writing.atomic import write_atomically

TIMEOUT_S = 60.0
MOST_BYTES = 8 << 30
_NAMES = Key(b"names of files that were fetched")
"""Files are named by a hash: what a server says is no path."""


class Web:
    """A DICOMweb server.

    Args:
        url: Its address, such as "https://host/dicom-web".
        token: Bearer token, sent in a header; None for none.

    Raises:
        InputError: "destination.bad_url".
        MissingExtraError: dicomweb-client is not installed.
    """

    def __init__(self, url: str, *, token: str | None = None) -> None:
        try:
            from dicomweb_client.api import DICOMwebClient
        except ImportError as error:
            raise MissingExtraError(feature="DICOMweb", extra="pacs") from error
        place = read_place(url)
        if place.tongue is not Tongue.STOW:
            raise InputError("destination.bad_url", "Expected an address of HTTP.", "Begin it with https://.")
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._client = DICOMwebClient(url, headers=headers, timeout=TIMEOUT_S, permissive_uid=True)

    def find(self, filters: Mapping[str, str]) -> list[str]:
        """Return the UIDs of the studies that match (QIDO-RS).

        Args:
            filters: By keyword, such as {"StudyDate": "20240301-"}.

        Raises:
            DeliveryError: What keeps it from an answer.
        """
        found = self._ask(partial(self._client.search_for_studies, search_filters=dict(filters), get_remaining=True))
        return [str(one["0020000D"]["Value"][0]) for one in found if one.get("0020000D", {}).get("Value")]

    def fetch(self, study: str, folder: Path) -> int:
        """Fetch the instances of a study into a folder (WADO-RS).

        Args:
            study: Study Instance UID.
            folder: Gets a file for each; made.

        Returns:
            How many came.

        Raises:
            DeliveryError: What keeps it from coming; what came before is kept.
        """
        count = size = 0
        with quiet_libraries():
            for instance in self._instances(study):
                place = folder / f"{_NAMES.uid(str(instance.get('SOPInstanceUID', count)))}.dcm"
                self._ask(partial(write_atomically, place, partial(instance.save_as, enforce_file_format=True)))
                count, size = count + 1, size + place.stat().st_size
                if size > MOST_BYTES:
                    raise DeliveryError("dicomweb.too_large", "The study is larger than 8 GB.", "Fetch it otherwise.")
        if not count:
            raise DeliveryError("dicomweb.no_study", "The server has no such study.", "Check the UID.")
        return count

    def store(self, objects: Sequence[Dataset]) -> None:
        """Store objects (STOW-RS).

        Raises:
            DeliveryError: "delivery.not_stored", or what keeps it from an answer.
        """
        with quiet_libraries():
            answer = self._ask(partial(self._client.store_instances, list(objects)))
        failed = answer.get("FailedSOPSequence") if answer is not None else None
        if failed:
            raise DeliveryError(
                "delivery.not_stored", f"The server did not store {len(failed)} of the objects.", "See its log."
            )

    def _instances(self, study: str) -> Iterator[Dataset]:
        """Ask for the instances as they are stored, whatever their transfer syntax."""
        asked = self._ask(partial(self._client.iter_study, study, media_types=(("application/dicom", "*"),)))
        while True:
            instance = self._ask(partial(next, asked, None))
            if instance is None:
                return
            yield instance

    def _ask(self, request: Callable[[], Any]) -> Any:
        """Tell what went wrong without the address, which may name a study."""
        import requests
        from pydicom.errors import InvalidDicomError
        from retrying import RetryError

        try:
            return request()
        except requests.HTTPError as error:
            code = error.response.status_code if error.response is not None else 0
            if code in (401, 403):
                raise DeliveryError(
                    "dicomweb.not_allowed", f"The server does not let us in (HTTP {code}).", "Check the token."
                ) from error
            if code == 404:
                raise DeliveryError("dicomweb.no_study", "The server has no such study.", "Check it.") from error
            raise DeliveryError("dicomweb.failed", f"The server answers HTTP {code}.", "See its log.") from error
        except requests.exceptions.InvalidJSONError as error:
            raise _not_dicomweb() from error
        except (requests.RequestException, RetryError) as error:
            raise DeliveryError("delivery.unreachable", "The server does not answer.", "Check its address.") from error
        except OSError as error:
            raise InputError(
                "output.cannot_write", f"What came cannot be written: {error.strerror}.", "Make room."
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError, InvalidDicomError) as error:
            raise _not_dicomweb() from error


def _not_dicomweb() -> DeliveryError:
    return DeliveryError("dicomweb.not_dicomweb", "What answers there is not DICOMweb.", "Check the address.")


def token_of(name: str | None) -> str | None:
    """Return the secret that an environment variable holds.

    Raises:
        InputError: "destination.no_secret" where it is named and not set.
    """
    if name is None:
        return None
    value = os.environ.get(name)
    if not value:
        raise InputError("destination.no_secret", f"The environment has no {name}.", "Set it.")
    return value
