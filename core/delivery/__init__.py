"""Delivery: files written whole or not at all, and the receipt that measures every promise on them."""
