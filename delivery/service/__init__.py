"""The scoring service as its callers see it: started somewhere, asked over HTTP, stopped by a signal."""
