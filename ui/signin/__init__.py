"""Signing in, where Streamlit's OpenID Connect is configured: who somebody is, and a guard before every address."""
