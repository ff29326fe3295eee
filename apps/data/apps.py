from django.apps import AppConfig


class DataConfig(AppConfig):
    """Datasets, uploads, queries, streams, exports, AppDB and cards."""

    name = "apps.data"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Data"

    def ready(self) -> None:
        """Let each slice add its pages, palette entries, panels and kinds of jobs."""
        from apps.data.accounts import registration as accounts
        from apps.data.ai import registration as ai
        from apps.data.appdb import registration as appdb
        from apps.data.cards import registration as cards
        from apps.data.datasets import registration as datasets
        from apps.data.exports import registration as exports
        from apps.data.queries import registration as queries
        from apps.data.schemas import registration as schemas
        from apps.data.streams import registration as streams
        from apps.data.uploads import registration as uploads
        from apps.data.versions import registration as versions

        # The sidebar shows their pages in this order.
        for each in (
            datasets,
            schemas,
            uploads,
            queries,
            versions,
            streams,
            accounts,
            exports,
            cards,
            appdb,
            ai,
        ):
            each.register()
