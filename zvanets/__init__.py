"""Звънец: the electronic school diary that tells every guardian within seconds."""
