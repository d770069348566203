"""Processes of the job: actors that are asked, the nursery that forks them, their signals and their memory."""
