"""From a learner's words to an answer, and from an answer to a page; pure."""
