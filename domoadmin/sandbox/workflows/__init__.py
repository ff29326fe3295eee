"""Workflows: models, their permissions, and instances that run for some seconds or wait for a person."""
