"""Work that runs on a schedule: when, with whose rights, and what came of it."""
