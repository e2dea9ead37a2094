"""An invented school and stand-ins for the carriers."""
