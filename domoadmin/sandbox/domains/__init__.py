"""The tree of domains that the Domain API manages, and who may see and change which part of it."""
