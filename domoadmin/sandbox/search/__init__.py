"""The search API: text, filters, facets and sorting over columns of numbers."""
