"""What is kept on disk: the journal, the output logs, the package cache."""
