"""The tables. Migrations make them; a test holds the two together."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Utc(TypeDecorator[datetime]):
    """A time with its zone: timestamptz in PostgreSQL, UTC without its zone in SQLite, which has no such type."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn to UTC."""
        if value is None:
            return None
        told = value.astimezone(UTC)
        return told.replace(tzinfo=None) if dialect.name == "sqlite" else told

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
ID, HASH, WORD = String(32), String(64), String(32)

submissions = Table(
    "submissions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("place", Text),
    Column("submitted_by", String(64), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("files", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", WORD, nullable=False),
    Column("progress", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", ID),
    Column("lease_until", Utc),
    Column("not_before", Utc),
    Column("finished_at", Utc),
    Column("probability", Double),
    Column("decision", WORD),
    Column("strongest_subtype", WORD),
    Column("verdict", WORD),
    Column("read_at", Utc),
    Column("has_pixels", Boolean, nullable=False),
    Column("error_code", String(64)),
    Column("error_message", Text),
    Column("error_next_step", Text),
    Index("ix_submissions_state_received_at", "state", "received_at"),
    Index("ix_submissions_received_at", "received_at"),
    Index("ix_submissions_finished_at", "finished_at"),
    Index("ix_submissions_probability", "probability"),
)
studies = Table(
    "studies",
    metadata,
    Column("id", ID, primary_key=True),
    Column("key", HASH, nullable=False, unique=True),
    Column("worker", ID),
    Column("lease_until", Utc),
)
series = Table(
    "series",
    metadata,
    Column("id", ID, primary_key=True),
    Column("study_id", ID, ForeignKey("studies.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("uid_hash", HASH),
    Column("slices", Integer, nullable=False),
    Column("spacing_mm", Double),
    Column("tilt_degrees", Double),
    UniqueConstraint("study_id", "uid_hash"),
)
results = Table(
    "results",
    metadata,
    Column("id", ID, primary_key=True),
    Column("study_id", ID, ForeignKey("studies.id", ondelete="CASCADE"), nullable=False),
    Column("model_name", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("bundle_hash", HASH, nullable=False),
    Column("preparation_hash", HASH, nullable=False),
    Column("operating_point", Text, nullable=False),
    Column("software", WORD, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("status", WORD, nullable=False),
    Column("probability", Double),
    Column("decision", WORD),
    Column("strongest_subtype", WORD),
    Column("error_code", String(64)),
    Column("is_study", Boolean, nullable=False),
    Column("has_files", Boolean, nullable=False),
    Column("model", Text, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint(
        "study_id",
        "model_version",
        "bundle_hash",
        "preparation_hash",
        "operating_point",
        "software",
        name="uq_results_scored_once",
    ),
)
answers = Table(
    "answers",
    metadata,
    Column("submission_id", ID, ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("result_id", ID, ForeignKey("results.id"), nullable=False, index=True),
)
verdicts = Table(
    "verdicts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("submission_id", ID, ForeignKey("submissions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reader", String(64), nullable=False),
    Column("given_at", Utc, nullable=False, index=True),
    Column("opinion", WORD, nullable=False),
    Column("has_hemorrhage", Boolean),
    Column("reason", Text),
    Column("subtypes", Text, nullable=False),
    Column("model_version", Text, nullable=False),
)
workers = Table(
    "workers",
    metadata,
    Column("id", ID, primary_key=True),
    Column("started_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
)
tokens = Table(
    "tokens",
    metadata,
    Column("hash", HASH, primary_key=True),
    Column("label", String(64), nullable=False, unique=True),
    Column("roles", String(64), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("revoked_at", Utc),
)
destinations = Table(
    "destinations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("kinds", String(64), nullable=False),
    Column("gets_all", Boolean, nullable=False),
    Column("is_third_party", Boolean, nullable=False),
    Column("secret_env", String(128)),
    Column("created_at", Utc, nullable=False),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    Column("destination_id", ID, ForeignKey("destinations.id", ondelete="CASCADE"), nullable=False),
    Column("submission_id", ID, ForeignKey("submissions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("result_id", ID, ForeignKey("results.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", WORD, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", ID),
    Column("lease_until", Utc),
    Column("not_before", Utc),
    Column("ended_at", Utc),
    Column("error_code", String(64)),
    UniqueConstraint("destination_id", "submission_id", "result_id", name="uq_deliveries_once"),
    Index("ix_deliveries_state_not_before", "state", "not_before"),
)
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", WORD, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("event", String(64), nullable=False),
    Column("subject", ID, nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", HASH, nullable=False),
    Column("hash", HASH, nullable=False),
)
