"""Federated datasets on their way from V1 to V2 and on to Cloud Amplifier."""
