"""Attacks: clients that mean to stop the service, and a witness who measures what honest clients feel meanwhile."""
