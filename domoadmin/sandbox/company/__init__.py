"""Halden Outdoor, an outdoor retailer: its people and what they keep in Domo, made from a seed."""
