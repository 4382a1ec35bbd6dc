"""What those who change the book use: running notebooks, writing the repository's address."""
