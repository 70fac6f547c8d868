"""What happens to people: off-boarding, import and export, merging, privacy, deletion."""
