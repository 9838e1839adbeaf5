"""A trigger that lets nothing into the audit trail but the next row.

Without it INSERT OR REPLACE would change a row in SQLite, which fires no trigger for the row that this removes.

Source: SQLite, "ON CONFLICT Clause" (lang_conflict.html), on delete triggers and REPLACE.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
REFUSAL = "the audit trail is only ever added to"
_NEXT = "(SELECT coalesce(max(number), 0) + 1 FROM audit)"


def upgrade() -> None:
    """Make it."""
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        op.execute(
            f"CREATE TRIGGER audit_next_only BEFORE INSERT ON audit WHEN NEW.number IS NOT {_NEXT} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION hemoscope_order_audit() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NEW.number IS DISTINCT FROM {_NEXT} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_next_only BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION hemoscope_order_audit()"
    )
