"""The long runs behind the book's numbers. Each says which command makes which results file."""
