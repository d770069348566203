"""The demo: a real checkpoint made in seconds from data of its own, then converted as a user's would be."""
from job.demo.show import demonstrate

__all__ = ["demonstrate"]
