"""Triggers that write on a measurement what became of its survey.

Occasions are opened and closed, and messages are delivered, by many statements in several rooms. A trigger does its
work for every one of them. Only the migration creates the triggers.
"""

# An SMS has arrived when its carrier says so; a chat message when the chat's server has accepted it, which sends no
# receipt (REPORT.md, "Statistics").
ARRIVED = "{message}.state = 'delivered' OR ({message}.channel = 'telegram' AND {message}.state = 'sent')"
_CONTACT = """
UPDATE measurement SET outcome = NEW.outcome, sent = CASE WHEN NEW.opened_at IS NULL THEN 0 ELSE 1 END
WHERE enrolment_id = NEW.enrolment_id AND point = NEW.survey"""
_DELIVERED = """
UPDATE measurement SET delivered = 1 WHERE (enrolment_id, point) IN (
    SELECT o.enrolment_id, o.survey FROM occasion o WHERE o.id = NEW.occasion_id AND o.period = '')"""
# By name: the table, the event, the condition and the body.
_TRIGGERS = {
    "occasion_made": (
        "occasion",
        "INSERT",
        "NEW.period = '' AND (NEW.outcome <> '' OR NEW.opened_at IS NOT NULL)",
        _CONTACT,
    ),
    "occasion_moved": (
        "occasion",
        "UPDATE OF outcome, opened_at",
        "NEW.period = ''",
        _CONTACT,
    ),
    "message_made": ("outbox", "INSERT", ARRIVED.format(message="NEW"), _DELIVERED),
    "message_delivered": ("outbox", "UPDATE OF state", ARRIVED.format(message="NEW"), _DELIVERED),
}


def statements(dialect: str) -> list[str]:
    """Return the CREATE statements of the triggers for ``sqlite`` or ``postgresql``."""
    made = []
    for name, (table, event, condition, body) in _TRIGGERS.items():
        head = f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({condition})"
        if dialect == "sqlite":
            made.append(f"{head} BEGIN {body}; END")
            continue
        made.append(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
        )
        made.append(f"{head} EXECUTE FUNCTION {name}()")
    return made
