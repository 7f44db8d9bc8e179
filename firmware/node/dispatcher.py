"""Platform operations to the objects, and their results back: nothing here waits for anything."""

from lwm2m.payload import fits
from m5310.operations import DISCOVER, EXECUTE, OBSERVE, PARAMETER, READ, WRITE
from m5310.requests import describe


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
        try:
            if op.kind == READ:
                code, values = self._read(op)
            elif op.kind == DISCOVER:
                resources = self.registry.discover_text(op.oid)
                code = 205 if resources else 404
            else:
                code = self._change(op)
        except Exception as e:  # silence would block the module for every later operation
            self.faults += 1
            self.log("%s failed: %r" % (describe(op), e), 0)
            code = 400
        self.requests.reply(op, code, values, resources)

    def _read(self, op):
        code, values = self.registry.read(op.oid, op.iid, op.rid)
        if code == 205 and not fits(values, op.rid != -1):
            self.log("%s: the answer would be longer than 512 bytes" % describe(op), 0)
            return 400, ()
        return code, values

    def _change(self, op):
        path = (op.oid, op.iid, op.rid)
        if op.kind == WRITE:
            return self.registry.write(op.oid, op.iid, op.values)
        if op.kind == EXECUTE:
            return self.registry.execute(op.oid, op.iid, op.rid, op.args)
        if op.kind == PARAMETER:
            return self.observations.set_attributes(*path, op.attributes)
        if op.kind == OBSERVE and op.cancel:
            return self.observations.cancel(*path)
        return self.observations.observe(*path, op.msgid)

    def answered(self, op, error, age):
        """Note how an answer fared: error None or an AtError, age in ms."""
        if error:
            self.log("%s: answer not taken: %s" % (describe(op), error), 0)
        elif self.log.level > 1:
            self.log("%s answered after %d ms" % (describe(op), age), 2)
        self.worst[op.kind] = max(self.worst.get(op.kind, 0), age)
