"""A licence-clean cast, stories to film with it, and the script that renders the cast."""
