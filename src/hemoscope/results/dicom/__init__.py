"""A study's result as DICOM objects, for archives and viewers: report, segmentation, key slices, pictures."""
