"""Tickets as CSV and XLSX files."""
