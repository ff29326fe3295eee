"""AI services without a model: rules that shorten texts and turn questions into SQL, and say what they are."""
