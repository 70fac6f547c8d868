"""Queues: lists of tickets that administrators give to everybody, and agents to themselves."""
