"""WSGI entry point; uploads stream through it without being buffered whole."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "domoadmin.settings")
application = get_wsgi_application()
