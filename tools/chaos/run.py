"""How a run goes, in virtual and in real time: online, faults, online again, all accounted for."""

from abc import ABC, abstractmethod

ONLINE_S = 400  # the first time
BACK_S = 900  # after the last fault
SETTLE_S = 45  # until every operation is done
_ACCOUNT_S = 150  # after the last operation


class Run(ABC):
    """One run of a plan in a World. A kind of run has sleep, begin, under_faults, emptied, end."""

    def __init__(self, plan, world, story=None):
        self.plan = plan
        self.world = world
        self.referee = world.referee
        self.referee.story = story

    @abstractmethod
    async def sleep(self, seconds):
        """Let seconds pass."""

    @abstractmethod
    def begin(self):
        """Note what the node holds: it is online, and faults begin."""

    @abstractmethod
    async def under_faults(self):
        """Let the time of the faults pass, and see that what the node holds does not creep up."""

    @abstractmethod
    def emptied(self):
        """Return whether nothing is left in the outbox."""

    @abstractmethod
    def end(self):
        """Look at what only shows inside."""

    async def story(self):
        """Let it all happen beside the node."""
        world, referee = self.world, self.referee
        if not await self.until(lambda: world.online, ONLINE_S):
            referee.problem(8, "not online %d s after the start" % ONLINE_S)
            return
        await self.sleep(3)
        self.begin()
        world.start()
        await self.under_faults()
        world.stop()
        await self.sleep(SETTLE_S)
        await self._prove()
        if referee.outbox and not await self.until(self.emptied, BACK_S, 2):
            referee.problem(6, "%d readings stay in the outbox" % referee.outbox.waiting)
        await self.until(lambda: referee.deliveries.accounted, _ACCOUNT_S)
        self.end()

    async def until(self, condition, seconds, step=0.25):
        """Wait until condition() is true, seconds at most; return whether it is."""
        for _ in range(round(seconds / step)):
            if condition():
                return True
            await self.sleep(step)
        return False

    async def _prove(self):
        """Wait until every kind of operation is answered rightly, with no faults any more."""
        begun = self.referee.now()
        said = "it is offline"
        while self.referee.now() - begun < BACK_S * 1000:
            if await self.until(lambda: self.world.online, 30):
                wrong = await self._ask_all()
                if not wrong:
                    return
                said = "%s ends with %s" % (wrong[0].kind, wrong[0].name or "nothing")
                if self.referee.tally.problems:
                    return  # it is known to be broken, and may be for ever
        self.referee.problem(8, "%d s after the last fault %s" % (BACK_S, said))

    async def _ask_all(self):
        """Ask one operation of every kind; return those that do not end as they should."""
        operations = self.world.driver.ask_all()
        await self.until(lambda: all(each.done for each in operations), 60)
        return [each for each in operations if not _right(each)]

    def creep(self, looks, most):
        """Compare the halves of looks, bytes held at one time each; most: what they may differ."""
        half = len(looks) // 2
        if not half:
            return
        first, second = max(looks[:half]), max(looks[half:])
        self.referee.tally.memory_most = first, second
        if second > first + most:
            self.referee.problem(9, "at most %d bytes at first, %d later" % (first, second))


def _right(operation):
    """Return whether an operation has come to the end it should."""
    return operation.code in getattr(operation, "right", (204, 205, 404))
