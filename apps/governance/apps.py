from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """People, groups, roles, certification, Beast Modes, pages, search, activity and domains."""

    name = "apps.governance"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Governance"

    def ready(self) -> None:
        """Let each slice add its pages, palette entries, panels and kinds of jobs."""
        from apps.governance.activity import registration as activity
        from apps.governance.beast_modes import registration as beast_modes
        from apps.governance.certification import registration as certification
        from apps.governance.domains import registration as domains
        from apps.governance.domostats import registration as domostats
        from apps.governance.groups import registration as groups
        from apps.governance.leavers import registration as leavers
        from apps.governance.pages import registration as pages
        from apps.governance.roles import registration as roles
        from apps.governance.search import registration as search
        from apps.governance.users import registration as users

        # The sidebar shows their pages in this order.
        for each in (
            activity,
            users,
            leavers,
            groups,
            roles,
            certification,
            beast_modes,
            pages,
            search,
            domostats,
            domains,
        ):
            each.register()
