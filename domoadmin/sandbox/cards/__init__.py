"""Cards as clients have changed them, and pictures of them."""
