"""Settings for every test: hypothesis is bounded and says nothing about time.

``HYPOTHESIS_PROFILE=thorough`` searches longer. With ``CI`` set the examples are the same in every run, so that a gate
does not depend on luck; everybody else's runs go on searching.
"""

import os

from hypothesis import settings

settings.register_profile("short", max_examples=60, deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.register_profile("thorough", max_examples=3000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))
