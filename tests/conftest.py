"""Settings for all tests."""

from hypothesis import settings

# No test asserts how long it takes: a busy machine must not turn a slow example into a failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
