"""Processes of the job: actors that are asked, the nursery that forks them, what they share, their signals and memory."""
