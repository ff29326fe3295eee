"""What happened to a person, for those who keep a record of it.

accounts may not know who listens: the audit trail connects to this signal.
"""

from django.dispatch import Signal

# Sent inside the transaction of the change, so that a record and the change stand or fall together, with
#   person: User, actor: User | None (None: the command line), operation: str ("people.create", "people.edit",
#   "people.reset_password", "people.change_own_password"), before: dict, after: dict (never a password).
person_changed = Signal()
