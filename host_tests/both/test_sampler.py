"""The sampler in virtual time: periods, failures, and a loop that is never held up."""

import asyncio
import unittest

from vtime import clock, run

from lwm2m.temperature import Temperature
from node.sampler import Sampler


class Driver:
    """Plays a list of values; an exception among them is raised; the last one stays."""

    def __init__(self, values, wait=0, fail_start=False):
        self.values = list(values)
        self.wait = wait
        self.fail_start = fail_start
        self.starts = []
        self.reads = []

    def start(self):
        self.starts.append(clock.ticks_ms())
        if self.fail_start:
            raise OSError(19)
        return self.wait

    def read(self):
        self.reads.append(clock.ticks_ms())
        value = self.values.pop(0) if len(self.values) > 1 else self.values[0]
        if isinstance(value, Exception):
            raise value
        return value


class Thermometer:
    def __init__(self, iid=0):
        self.iid = iid
        self.seen = []

    def update(self, value):
        self.seen.append(value)

    def lose(self):
        self.seen.append(None)


class Ticker:
    def __init__(self):
        self.at = []

    def tick(self):
        self.at.append(clock.ticks_ms())


async def sample(sampler, ms):
    task = asyncio.create_task(sampler.run())
    await clock.sleep_ms(ms)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass


def go(add, ms, start=0, **options):
    """Run a sampler with add(sampler) done for ms; return it."""

    async def main():
        sampler = Sampler(clock, **options)
        add(sampler)
        await sample(sampler, ms)
        return sampler

    return run(main(), start)


class SamplerTest(unittest.TestCase):
    def near(self, times, expected, start=0):
        self.assertEqual(len(times), len(expected))
        for i in range(len(times)):
            self.assertAlmostEqual(clock.ticks_diff(times[i], start), expected[i], delta=20)

    def test_each_sensor_keeps_its_own_period(self):
        fast, slow = Driver([1.0]), Driver([2.0])
        a, b = Thermometer(0), Thermometer(1)

        def add(sampler):
            sampler.add(fast, a, 2)
            sampler.add(slow, b, 5)

        go(add, 10_500)
        self.near(fast.reads, [0, 2000, 4000, 6000, 8000, 10000])
        self.near(slow.reads, [0, 5000, 10000])
        self.assertEqual((a.seen, b.seen), ([1.0] * 6, [2.0] * 3))

    def test_a_conversion_is_awaited_and_does_not_shift_the_period(self):
        driver = Driver([20.0], wait=760)
        go(lambda s: s.add(driver, Thermometer(), 10), 21_500)
        self.near(driver.starts, [0, 10000, 20000])
        self.near(driver.reads, [760, 10760, 20760])

    def test_periods_hold_over_the_wrap_of_the_ticks(self):
        start = (1 << 30) - 5000
        driver = Driver([20.0], wait=760)
        go(lambda s: s.add(driver, Thermometer(), 3), 10_500, start)
        self.near(driver.reads, [760, 3760, 6760, 9760], start)

    def test_the_default_period_is_ten_seconds(self):
        driver = Driver([20.0])
        go(lambda s: s.add(driver, Thermometer()), 20_500)
        self.near(driver.reads, [0, 10000, 20000])

    def test_the_loop_runs_while_a_sensor_converts(self):
        turns = []

        async def other():
            while True:
                turns.append(clock.ticks_ms())
                await clock.sleep_ms(50)

        async def main():
            sampler = Sampler(clock)
            sampler.add(Driver([20.0], wait=760), Thermometer(), 1)
            task = asyncio.create_task(other())
            await sample(sampler, 1000)
            task.cancel()

        run(main())
        gaps = [clock.ticks_diff(turns[i + 1], turns[i]) for i in range(len(turns) - 1)]
        self.assertGreater(len(gaps), 15)
        self.assertLess(max(gaps), 70)

    def test_a_failure_keeps_the_value_until_the_third_in_a_row(self):
        bad = ValueError("checksum")
        driver = Driver([20.0, bad, bad, 21.0, bad, OSError(19), bad, bad, 22.0])
        thermometer = Thermometer(3)
        sampler = go(lambda s: s.add(driver, thermometer, 1), 8_500)
        self.assertEqual(thermometer.seen, [20.0, 21.0, None, 22.0])
        state = sampler.status()
        self.assertEqual(state["samples"], 3)
        one = state["sensors"][0]
        self.assertEqual((one["instance"], one["value"], one["failures"]), (3, 22.0, 0))
        self.assertEqual((one["errors"], one["error"]), (6, "checksum"))

    def test_object_3303_loses_its_value_with_the_sensor_but_keeps_its_extremes(self):
        driver = Driver([20.0, 25.0, OSError(19)])
        temperature = Temperature(0)
        go(lambda s: s.add(driver, temperature, 1), 3_500)
        self.assertEqual(temperature.get(5700), 25.0)  # two failures
        go(lambda s: s.add(driver, temperature, 1), 2_500)
        self.assertIsNone(temperature.get(5700))
        self.assertEqual((temperature.get(5601), temperature.get(5602)), (20.0, 25.0))

    def test_a_sensor_that_cannot_start_does_not_stop_the_others(self):
        dead, alive = Driver([0], fail_start=True), Driver([5.0])
        a, b = Thermometer(0), Thermometer(1)

        def add(sampler):
            sampler.add(dead, a, 1)
            sampler.add(alive, b, 1)

        sampler = go(add, 4_500)
        self.assertEqual(a.seen, [None])
        self.assertEqual(b.seen, [5.0] * 5)
        self.near(dead.starts, [0, 1000, 2000, 3000, 4000])
        one = sampler.status()["sensors"][0]
        self.assertEqual((one["value"], one["failures"], one["errors"]), (None, 5, 5))
        self.assertIn("19", one["error"])

    def test_a_broken_driver_is_not_hidden(self):
        driver = Driver([TypeError("a bug")])
        with self.assertRaises(TypeError):

            async def main():
                sampler = Sampler(clock)
                sampler.add(driver, Thermometer(), 1)
                await sampler.run()

            run(main())

    def test_actuations_tick_every_minute_even_without_sensors(self):
        ticker = Ticker()
        go(lambda s: None, 180_500, actuations=(ticker,))
        self.near(ticker.at, [0, 60000, 120000, 180000])


if __name__ == "__main__":
    unittest.main()
