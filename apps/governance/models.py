"""The local models of the area; each slice keeps its own beside its other files."""

from apps.governance.beast_modes.models import BeastModeFormula
from apps.governance.certification.models import CertificationReview, ContentRecord

__all__ = ["BeastModeFormula", "CertificationReview", "ContentRecord"]
