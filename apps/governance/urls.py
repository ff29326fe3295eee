"""Addresses of the area Governance, below /c/<connection>/governance/."""

from apps.governance.activity import urls as activity
from apps.governance.beast_modes import urls as beast_modes
from apps.governance.certification import urls as certification
from apps.governance.domains import urls as domains
from apps.governance.domostats import urls as domostats
from apps.governance.groups import urls as groups
from apps.governance.leavers import urls as leavers
from apps.governance.pages import urls as pages
from apps.governance.roles import urls as roles
from apps.governance.search import urls as search
from apps.governance.users import urls as users

app_name = "governance"
urlpatterns = [
    *activity.urlpatterns,
    *beast_modes.urlpatterns,
    *certification.urlpatterns,
    *domains.urlpatterns,
    *domostats.urlpatterns,
    *groups.urlpatterns,
    *leavers.urlpatterns,
    *pages.urlpatterns,
    *roles.urlpatterns,
    *search.urlpatterns,
    *users.urlpatterns,
]
