"""What happens to jobs, for those who tell people of it. The jobs app doesn't know who listens."""

from django.dispatch import Signal

# Sent once for each job that ends, inside the transaction of its end, so that what a receiver writes and the end stand
# or fall together, with job: Job (as it was read before) and state: JobState (its end). What fails here fails the end.
job_ended = Signal()
