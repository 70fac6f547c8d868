"""The portal: home, open a ticket, check a ticket, the requester's ticket page."""
