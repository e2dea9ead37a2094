"""The zvanets command."""
