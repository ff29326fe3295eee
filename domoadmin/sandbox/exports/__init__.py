"""Exports of datasets to S3."""
