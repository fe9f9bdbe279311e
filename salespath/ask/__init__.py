"""The questionnaire: what to ask next, what an answer means, and how nothing of it is lost."""
