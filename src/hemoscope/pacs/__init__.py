"""A door for a PACS: studies received over the DICOM network, into the same store and queue as the service."""
