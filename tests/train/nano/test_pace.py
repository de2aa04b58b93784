"""The rate follows the clock, also over interruptions."""

from train.nano.pace import LAST, WARM_UP, Pace


def test_the_rate_rises_and_falls_with_the_time() -> None:
    now = [100.0]
    pace = Pace(10, time_s=lambda: now[0])
    factors = []
    for _ in range(601):
        factors.append(pace.factor())
        now[0] += 1
    top = factors.index(max(factors))
    assert abs(top / 600 - WARM_UP) < 0.01 and max(factors) > 0.99
    assert factors[:top] == sorted(factors[:top]) and factors[top:] == sorted(factors[top:], reverse=True)
    assert abs(factors[-1] - LAST) < 1e-9 and pace.is_over


def test_time_that_was_spent_before_counts() -> None:
    now = [0.0]
    pace = Pace(1, spent_s=45.0, time_s=lambda: now[0])
    assert pace.share == 0.75 and not pace.is_over
    now[0] = 15.0
    assert pace.is_over and pace.spent_s == 60.0
