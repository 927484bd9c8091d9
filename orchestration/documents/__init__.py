"""Pages of the documentation that are generated from definitions, which no page can contradict."""
