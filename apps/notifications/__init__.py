"""What a person is told: in the dashboard, and by mail where that is set up."""
