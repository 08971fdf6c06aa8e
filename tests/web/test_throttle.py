"""Failed attempts: some at once, then slowly."""

from smsc_sim.web.throttle import BURST, PER_SECOND, Throttle


def test_after_some_failures_one_has_to_wait() -> None:
    throttle = Throttle()
    for _ in range(BURST):
        assert throttle.wait(100.0) == 0
        throttle.failed(100.0)
    assert throttle.wait(100.0) == 1 / PER_SECOND
    assert throttle.wait(100.0 + 1 / PER_SECOND) == 0
    throttle.failed(100.0 + 1 / PER_SECOND)
    assert throttle.wait(100.0 + 1 / PER_SECOND) > 0


def test_rest_fills_the_bucket_and_no_more() -> None:
    throttle = Throttle()
    for _ in range(3 * BURST):
        throttle.failed(0.0)
    for _ in range(BURST):
        assert throttle.wait(1e6) == 0
        throttle.failed(1e6)
    assert throttle.wait(1e6) > 0
