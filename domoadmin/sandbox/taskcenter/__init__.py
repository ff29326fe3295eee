"""Task Center: queues of tasks that workflows leave to people."""
