"""The client: one upstream with its resources as attributes.

with connect(settings) as client:
    dataset = client.datasets.get_metadata(dataset_id)
    client.call("datasets.get_metadata", dataset_id=dataset_id)   # the same by id, alias or variant
"""

from __future__ import annotations

from typing import Any, Self

from domoadmin.services.base_client import BaseClient
from domoadmin.services.connection_settings import ConnectionSettings
from domoadmin.services.operations import registry
from domoadmin.services.resources import (
    AI,
    Accounts,
    ActivityLog,
    Alerts,
    AppDB,
    BeastModes,
    Cards,
    CertifiedContent,
    CodeEngine,
    Dataflows,
    DatasetHistory,
    Datasets,
    Domains,
    Domoscio,
    Domostats,
    FederatedV1V2,
    FederatedV2Amplifier,
    Files,
    Filesets,
    Groups,
    Identity,
    Pages,
    Reports,
    Roles,
    S3Export,
    Search,
    Streams,
    TaskCenter,
    Users,
    Workflows,
)

__all__ = ["Client", "ConnectionSettings", "connect"]


class Client(BaseClient):
    """One upstream. Safe for threads; each area of the reference is an attribute with one method per operation.

    An operation of another kind of upstream than this connection raises InvalidArguments.
    """

    def __init__(self, settings: ConnectionSettings) -> None:
        super().__init__(settings)
        self.accounts = Accounts(self)
        self.activity_log = ActivityLog(self)
        self.ai = AI(self)
        self.alerts = Alerts(self)
        self.appdb = AppDB(self)
        self.beast_modes = BeastModes(self)
        self.cards = Cards(self)
        self.certified_content = CertifiedContent(self)
        self.code_engine = CodeEngine(self)
        self.dataflows = Dataflows(self)
        self.dataset_history = DatasetHistory(self)
        self.datasets = Datasets(self)
        self.domains = Domains(self)
        self.domoscio = Domoscio(self)
        self.domostats = Domostats(self)
        self.federated_v1_v2 = FederatedV1V2(self)
        self.federated_v2_amplifier = FederatedV2Amplifier(self)
        self.files = Files(self)
        self.filesets = Filesets(self)
        self.groups = Groups(self)
        self.identity = Identity(self)
        self.pages = Pages(self)
        self.reports = Reports(self)
        self.roles = Roles(self)
        self.s3_export = S3Export(self)
        self.search = Search(self)
        self.streams = Streams(self)
        self.taskcenter = TaskCenter(self)
        self.users = Users(self)
        self.workflows = Workflows(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def call(self, operation_id: str, **arguments: Any) -> Any:
        """Perform an operation by its id, alias or variant; raises InvalidArguments before sending, as methods do."""
        operation = registry.get(operation_id)
        return self.perform(operation, operation.bind((), {**operation.presets.get(operation_id, {}), **arguments}))


def connect(settings: ConnectionSettings) -> Client:
    """Return a client for the connection; nothing is sent yet. Raises InvalidArguments for a missing secret."""
    return Client(settings)
