"""Start, test and check the service on one machine with nothing but Python."""
