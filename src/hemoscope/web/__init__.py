"""The service: an HTTP API over the store of studies, its guards, and the page."""
