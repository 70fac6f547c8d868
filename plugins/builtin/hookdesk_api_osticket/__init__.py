"""The osTicket-compatible API: programs that talk to osTicket 1.18 can talk to this site unchanged."""
