"""The local models of the area; each slice keeps its own beside its other files."""

from apps.data.queries.models import NamedQuery, QueryRun
from apps.data.streams.models import StreamRecord

__all__ = ["NamedQuery", "QueryRun", "StreamRecord"]
