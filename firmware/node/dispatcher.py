"""Platform operations to the objects, and their results back: nothing here waits for anything."""

from micropython import const

from lwm2m.attributes import lay
from lwm2m.values import fits
from m5310.operations import describe

_READ = const(0)  # as in m5310.codes; a private const takes no heap
_WRITE = const(1)
_EXECUTE = const(2)
_PARAMETER = const(4)
_DISCOVER = const(5)


class Dispatcher:
    """Answers every operation at once, from values that are there already."""

    def __init__(self, registry, observations, log):
        self.registry = registry
        self.observations = observations
        self.log = log
        self.requests = None  # the session's Requests, once it exists
        self.faults = 0
        self.worst = {}  # of each kind of operation: the oldest at its answer, in ms

    def handle(self, op):
        """Do op and queue its answer; whatever goes wrong, there is an answer."""
        values = ()
        resources = ""
        problem = None
        try:
            if op.kind == _READ:
                code, values = self.registry.read(op.oid, op.iid, op.rid)
                if code == 205 and not fits(values, op.rid != -1):
                    code, values = 400, ()
                    problem = "the answer would be longer than 512 bytes"
            elif op.kind == _DISCOVER:
                resources = self.registry.discover_text(op.oid)
                code = 205 if resources else 404
            else:
                code = self._change(op)
        except Exception as e:  # silence would block the module for every later operation
            self.faults += 1
            code = 400
            problem = repr(e)
        self.requests.reply(op, code, values, resources)
        if problem:
            self._log(op, problem, 0)

    def _change(self, op):
        path = (op.oid, op.iid, op.rid)
        if op.kind == _WRITE:
            return self.registry.write(op.oid, op.iid, op.values)
        if op.kind == _EXECUTE:
            return self.registry.execute(*path, op.args)
        if op.kind == _PARAMETER:
            return lay(self.observations, *path, op.attributes)
        if op.cancel:
            return self.observations.cancel(*path)
        return self.observations.observe(*path, op.msgid)

    def answered(self, op, error, age):
        """Note how an answer fared: error None or an AtError, age in ms."""
        if error:
            self._log(op, "answer not taken: %s" % error, 0)
        elif self.log.level > 1:
            self._log(op, "answered after %d ms" % age, 2)
        self.worst[op.kind] = max(self.worst.get(op.kind, 0), age)

    def _log(self, op, text, level):
        self.log("%s: %s" % (describe(op), text), level)
