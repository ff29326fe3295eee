"""The shared service layer over the three upstream APIs: Domo, the Domain API and Domoscio.

Four thin layers: client -> resource -> base client -> transport. Plain Python: no Django, no Celery, and one module
(transport.py) that knows the HTTP library.
"""
