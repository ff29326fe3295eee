"""A simulated Domo instance that answers over real HTTP, with a believable company inside.

It stands alone: it imports nothing of the service layer or of the apps, so that it can catch their mistakes.
"""
