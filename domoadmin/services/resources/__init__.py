"""Resources: one class per area of the reference, one method per endpoint.

Importing this package declares every operation and closes the registry: a new area is imported here.
"""

from domoadmin.services.operations import registry
from domoadmin.services.resources.accounts import Accounts
from domoadmin.services.resources.activity_log import ActivityLog
from domoadmin.services.resources.ai import AI
from domoadmin.services.resources.alerts import Alerts
from domoadmin.services.resources.appdb import AppDB
from domoadmin.services.resources.beast_modes import BeastModes
from domoadmin.services.resources.cards import Cards
from domoadmin.services.resources.certified_content import CertifiedContent
from domoadmin.services.resources.code_engine import CodeEngine
from domoadmin.services.resources.dataflows import Dataflows
from domoadmin.services.resources.dataset_history import DatasetHistory
from domoadmin.services.resources.datasets import Datasets
from domoadmin.services.resources.domains import Domains
from domoadmin.services.resources.domoscio import Domoscio
from domoadmin.services.resources.domostats import Domostats
from domoadmin.services.resources.federated_v1_v2 import FederatedV1V2
from domoadmin.services.resources.federated_v2_amplifier import FederatedV2Amplifier
from domoadmin.services.resources.files import Files
from domoadmin.services.resources.filesets import Filesets
from domoadmin.services.resources.groups import Groups
from domoadmin.services.resources.identity import Identity
from domoadmin.services.resources.pages import Pages
from domoadmin.services.resources.reports import Reports
from domoadmin.services.resources.roles import Roles
from domoadmin.services.resources.s3_export import S3Export
from domoadmin.services.resources.search import Search
from domoadmin.services.resources.streams import Streams
from domoadmin.services.resources.taskcenter import TaskCenter
from domoadmin.services.resources.users import Users
from domoadmin.services.resources.workflows import Workflows

__all__ = [
    "AI",
    "Accounts",
    "ActivityLog",
    "Alerts",
    "AppDB",
    "BeastModes",
    "Cards",
    "CertifiedContent",
    "CodeEngine",
    "Dataflows",
    "DatasetHistory",
    "Datasets",
    "Domains",
    "Domoscio",
    "Domostats",
    "FederatedV1V2",
    "FederatedV2Amplifier",
    "Files",
    "Filesets",
    "Groups",
    "Identity",
    "Pages",
    "Reports",
    "Roles",
    "S3Export",
    "Search",
    "Streams",
    "TaskCenter",
    "Users",
    "Workflows",
]

registry.close()
