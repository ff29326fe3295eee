"""Addresses of the area Data, below /c/<connection>/data/."""

from apps.data.accounts import urls as accounts
from apps.data.ai import urls as ai
from apps.data.appdb import urls as appdb
from apps.data.cards import urls as cards
from apps.data.datasets import urls as datasets
from apps.data.exports import urls as exports
from apps.data.queries import urls as queries
from apps.data.schemas import urls as schemas
from apps.data.streams import urls as streams
from apps.data.uploads import urls as uploads
from apps.data.versions import urls as versions

app_name = "data"
urlpatterns = [
    # First: "datasets/new/" would be a dataset's page.
    *schemas.urlpatterns,
    *accounts.urlpatterns,
    *ai.urlpatterns,
    *appdb.urlpatterns,
    *cards.urlpatterns,
    *datasets.urlpatterns,
    *exports.urlpatterns,
    *queries.urlpatterns,
    *streams.urlpatterns,
    *uploads.urlpatterns,
    *versions.urlpatterns,
]
