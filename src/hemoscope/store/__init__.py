"""The database of studies, results, verdicts and the audit trail, the files beside it, and the queue of work."""
