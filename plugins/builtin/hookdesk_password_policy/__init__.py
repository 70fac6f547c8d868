"""What passwords must be beyond their length: new, fresh, and not what everybody takes."""
