"""Work outside requests: core's and the plugins' jobs, run in batches under a lease, when woken and on a schedule."""

from hookdesk.wakeup import wake, wake_after_commit

__all__ = ["wake", "wake_after_commit"]
