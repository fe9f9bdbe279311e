"""Settings for all tests."""

import os

from hypothesis import settings

# No test asserts how long it takes: a busy machine must not turn a slow example into a failure.
settings.register_profile("unhurried", deadline=None, max_examples=40)
# The same examples every time where a change is judged; others on every run elsewhere.
settings.register_profile("judged", deadline=None, derandomize=True)
settings.load_profile("judged" if os.environ.get("CI") else "unhurried")
