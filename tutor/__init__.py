"""Tutor: a bilingual question-and-answer tutor on how neural networks learn, with numbers computed live."""
