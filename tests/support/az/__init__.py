"""A strict stand-in for the Azure CLI: commands and options of the real one, on an Azure that a file holds."""
