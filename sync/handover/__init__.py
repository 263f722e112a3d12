"""Without any line: a device's unsent work in one sealed file, carried to the hub, and its answer carried back."""
