"""Authorities that roles at Halden Outdoor can hold, the most widely held ones first."""

from __future__ import annotations

_LISTED = """
content.card.view: View cards
content.page.view: View pages
dataset.view: View datasets
alert.use: Use alerts
buzz.use: Use Buzz
content.card.create: Create cards
content.page.create: Create pages
profile.edit: Edit own profile
report.schedule: Schedule reports
content.card.edit: Edit cards
content.page.edit: Edit pages
content.share: Share content
content.export: Export content
dataset.create: Create datasets
dataset.edit: Edit datasets
dataset.export: Export datasets
dataset.upload: Upload data
dataflow.create: Create DataFlows
dataflow.edit: Edit DataFlows
account.create: Create data accounts
account.edit: Edit data accounts
beastmode.create: Create Beast Modes
beastmode.manage: Manage Beast Modes
content.collection.manage: Manage collections
workflow.use: Use workflows
queue.use: Use task queues
file.use: Use filesets
app.use: Use apps
dataset.manage: Manage all datasets
dataset.certify: Certify datasets
content.certify: Certify cards
group.manage: Manage groups
content.owner.change: Change owners of content
stream.manage: Manage streams
workflow.create: Create workflows
queue.manage: Manage task queues
fileset.manage: Manage filesets
s3export.manage: Manage exports to S3
app.create: Create apps
appdb.manage: Manage AppDB
codeengine.manage: Manage code engine packages
publish.manage: Manage Domo Everywhere publications
subscription.manage: Manage subscriptions
federated.manage: Manage federated data sources
cloudamplifier.manage: Manage Cloud Amplifier
pdp.manage: Manage personalised data permissions
alert.manage: Manage all alerts
report.manage: Manage all scheduled reports
content.page.manage: Manage all pages
content.card.manage: Manage all cards
ai.manage: Manage AI services
sandbox.manage: Manage sandbox versions
domostats.view: View DomoStats
audit.view: View the activity log
user.view: View all users
accesstoken.view: View access tokens
migration.manage: Manage migrations
user.create: Create users
user.edit: Edit users
user.delete: Delete users
role.view: View roles
role.manage: Manage roles
accesstoken.manage: Manage access tokens
session.manage: Manage sessions
security.manage: Manage security settings
whitelist.manage: Manage the IP allow-list
company.manage: Manage company settings
customer.admin: Administer the instance
sso.manage: Manage single sign-on
billing.view: View billing
"""

AUTHORITIES: tuple[tuple[str, str], ...] = tuple(
    (key, title) for key, _, title in (line.partition(": ") for line in _LISTED.strip().splitlines())
)

_GROUPS = {
    "content": "Content",
    "dataset": "Data",
    "dataflow": "Data",
    "account": "Data",
    "stream": "Data",
    "beastmode": "Data",
    "pdp": "Data",
    "federated": "Data",
    "cloudamplifier": "Data",
    "s3export": "Data",
    "user": "People",
    "group": "People",
    "role": "People",
    "profile": "People",
    "workflow": "Automation",
    "queue": "Automation",
    "codeengine": "Automation",
    "app": "Apps",
    "appdb": "Apps",
}


def group_of(authority: str) -> str:
    """The heading under which an authority is listed."""
    return _GROUPS.get(authority.partition(".")[0], "Administration")
