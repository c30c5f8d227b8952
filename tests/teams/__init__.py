"""Five teams: checkouts whose stack files are not the sample's."""
