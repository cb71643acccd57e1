"""What a nurse types, read into values that the services take."""
