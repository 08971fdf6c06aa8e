"""Settings for every test: hypothesis is bounded and says nothing about time.

``HYPOTHESIS_PROFILE=thorough`` searches longer.
"""

import os

from hypothesis import settings

settings.register_profile("short", max_examples=60, deadline=None, print_blob=True)
settings.register_profile("thorough", max_examples=3000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))
