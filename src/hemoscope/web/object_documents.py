"""What the API tells of the DICOM objects of a result."""

from pydantic import Field

from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.web.documents import Document


class ResultObject(Document):
    """A DICOM object of a result."""

    name: str = Field(examples=["sr.dcm"], pattern=r"^(sr|seg|kos|sc-[0-9]{4,6})\.dcm$")
    size: int = Field(description="Bytes.", ge=0)
    link: str = Field(examples=["/api/v1/studies/0123456789abcdef0123456789abcdef/dicom/sr.dcm"])


class ResultObjects(Document):
    """The DICOM objects of a result, and where the same is told as FHIR."""

    objects: list[ResultObject] = Field(description="The report first, then segmentation, key slices, pictures.")
    archive: str = Field(description="Path of all of them as a ZIP.")
    fhir: str = Field(description="Path of the FHIR R4 Bundle.")
    research_use_only: str = RESEARCH_USE_ONLY
