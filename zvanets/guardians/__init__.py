"""Guardians, their rights to a student, contacts, subscriptions, codes and PINs."""
