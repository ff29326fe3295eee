"""Addresses of the area Migrations, below /c/<connection>/migrations/."""

from apps.migrations.candidates import urls as candidates
from apps.migrations.federated import urls as federated
from apps.migrations.waves import urls as waves

app_name = "migrations"
urlpatterns = [
    *candidates.urlpatterns,
    *federated.urlpatterns,
    *waves.urlpatterns,
]
