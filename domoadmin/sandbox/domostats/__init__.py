"""Remote DomoStats: applications of the executor and the jobs that they run on other instances."""
