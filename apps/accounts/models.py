"""People who sign in: their role and how they like their pages."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from apps.accounts.zones import time_zone_names
from domoadmin.services.roles import Role, allows


class Theme(models.TextChoices):
    """Which colours a person's pages have; automatic follows the device."""

    AUTO = "auto", "Like my device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class PageSize(models.IntegerChoices):
    """How many rows a list shows at once."""

    SMALL = 25, "25"
    MEDIUM = 50, "50"
    LARGE = 100, "100"


class RoleChoices(models.TextChoices):
    """The roles of the service layer, with the words that pages use for them."""

    VIEWER = Role.VIEWER.value, "Viewer"
    STEWARD = Role.STEWARD.value, "Steward"
    SUPPORT = Role.SUPPORT.value, "Support"
    ADMIN = Role.ADMIN.value, "Admin"


ROLE_MEANINGS = {
    RoleChoices.VIEWER: "Reads everything, changes nothing.",
    RoleChoices.STEWARD: "Certifies, shares, uploads, queries and exports.",
    RoleChoices.SUPPORT: "Runs migrations, the task center and reruns.",
    RoleChoices.ADMIN: "Everything, with people, roles and connections.",
}


def default_time_zone() -> str:
    """Return the zone of a new person: the installation's own."""
    zone: str = settings.TIME_ZONE
    return zone


def check_time_zone(name: str) -> None:
    """Refuse what is no IANA zone name, such as "Europe/Oslo"."""
    if name not in time_zone_names():
        raise ValidationError("“%(name)s” is not a time zone. Choose one from the list.", params={"name": name})


class PersonManager(UserManager["User"]):
    """Makes people; a superuser made on the command line is an admin here too."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra_fields: Any
    ) -> User:
        """Make a superuser with the role admin, so that the first person of an installation can do everything."""
        from apps.accounts.people import announce_creation  # it needs the model below

        extra_fields.setdefault("role", RoleChoices.ADMIN)
        with transaction.atomic():
            person = super().create_superuser(username, email, password, **extra_fields)
            announce_creation(person, None)
        return person


class User(AbstractUser):
    """A person who signs in. Permission is the role alone; Django's groups and permissions aren't used."""

    role = models.CharField(max_length=16, choices=RoleChoices, default=RoleChoices.VIEWER)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.AUTO)
    time_zone = models.CharField(max_length=64, default=default_time_zone, validators=[check_time_zone])
    page_size = models.PositiveSmallIntegerField("rows per page", choices=PageSize, default=PageSize.SMALL)
    shortcuts = models.BooleanField("single-key shortcuts", default=True)
    # The key of a list -> the optional columns that the person shows; apps/core/columns.py reads and writes it.
    list_columns = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        ordering = ("username",)
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=RoleChoices.values), name="accounts_user_role_known"),
        ]

    def may(self, least: Role) -> bool:
        """Return whether this person, if active, may do what the role `least` may."""
        return self.is_active and allows(Role(self.role), least)

    @property
    def display_name(self) -> str:
        """The full name, or the sign-in name where there is none."""
        return self.get_full_name() or self.username

    @property
    def initials(self) -> str:
        """One or two capital letters for the round badge: first and last word of the name."""
        words = self.display_name.replace(".", " ").replace("_", " ").replace("-", " ").split()
        letters = [word[0] for word in (words[:1] + words[1:][-1:])]
        return "".join(letters).upper() or "?"

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone; the installation's own where the system has since lost theirs."""
        return ZoneInfo(self.time_zone if self.time_zone in time_zone_names() else settings.TIME_ZONE)


class SavedView(models.Model):
    """What a person searched, filtered and ordered on the list at `path`, under a name; its owner's or everybody's."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    path = models.CharField(max_length=300)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField("shared with everybody", default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-shared", "name", "pk")
        indexes = [models.Index(fields=["path", "shared"], name="saved_view_of_list")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "name"], name="saved_view_name_once_per_list"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the list as it was saved."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def may_be_changed_by(self, person: User) -> bool:
        """Say whether the person may rename or delete it: its owner, and admins what is shared."""
        return self.owner_id == person.pk or (self.shared and person.may(Role.ADMIN))
