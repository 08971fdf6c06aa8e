"""The console in a real browser: Chromium without a window, led by playwright-core."""
