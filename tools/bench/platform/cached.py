"""Commands that wait for a device to be heard: the platform's offline commands.

They go out when an uplink of a kind they name arrives, and survive a restart
(facts platform.md 1.5).
"""

import uuid

from bench.platform.command import CANCELLED, EXPIRED, FAILED, SENT, SUCCESS, WAIT, Command
from bench.platform.events import Confirmed
from bench.platform.operations import BUSY, OFFLINE, TIME_OUT, Limit
from bench.platform.store import Unwritable

REGISTER, UPDATE, NOTIFY = 1, 2, 4  # trigger_msg
MAX_WAITING = 10  # of one device
MAX_KEPT = 1000  # of one device, those that are over included
AGAIN = (TIME_OUT, OFFLINE, BUSY)  # worth another try


class Full(Limit):
    """The device has as many cached commands as it may have."""


class CachedCommands:
    """The cached commands of all devices of a Platform."""

    def __init__(self, platform):
        self._platform = platform
        self._devices = {}  # device id -> {uuid: Command}, oldest first
        for row in platform.store.commands():
            command = Command.restored(row.body)
            self._devices.setdefault(row.device, {})[command.uuid] = command
            if command.send_status == SENT:
                self._again(command, TIME_OUT)  # what came of it was lost with the last run
            if command.waiting:
                self._expire_later(command)

    def add(self, device, kind, path, **fields):
        """Keep a new READ, WRITE or EXECUTE; return its Command.

        fields: of Command, valid_ms None = from now on. Raises Limit for broken times, Full,
        Unwritable.
        """
        now = self._platform.wall_ms()
        valid_ms = fields.pop("valid_ms", None)
        if valid_ms is not None and valid_ms < now:
            raise Limit("valid_time is in the past")
        valid_ms = now if valid_ms is None else valid_ms
        if fields["expired_ms"] <= valid_ms:
            raise Limit("expired_time has to be later than valid_time and now")
        kept = self._devices.setdefault(device.id, {})
        if sum(command.waiting for command in kept.values()) >= MAX_WAITING:
            raise Full("%d cached commands wait for this device already" % MAX_WAITING)
        command = Command(
            str(uuid.uuid4()), device.id, kind, path, created_ms=now, valid_ms=valid_ms, **fields
        )
        self._platform.store.change_commands([_row(command)])
        kept[command.uuid] = command
        self._expire_later(command)
        self._forget_oldest(kept)
        return command

    def get(self, device, number):
        """Return the Command of a uuid, None if the device has none."""
        return self._devices.get(device.id, {}).get(number)

    def history(self, device, start_ms, end_ms=None):
        """Return the Commands created from start_ms to end_ms, newest first."""
        return [
            command
            for command in reversed(self._devices.get(device.id, {}).values())
            if command.created_ms >= start_ms and (end_ms is None or command.created_ms <= end_ms)
        ]

    def cancel(self, device, number):
        """Cancel a command that still waits; return whether it did. Raises Unwritable."""
        command = self.get(device, number)
        if command is None or not command.waiting:
            return False
        self._cancel([command])
        return True

    def cancel_all(self, device):
        """Cancel what waits; return the uuids that were, and those that are on their way.

        Raises Unwritable, and then none is cancelled.
        """
        open_ones = [each for each in self.history(device, 0) if not each.over]
        waiting = [each for each in open_ones if each.waiting]
        sent = [each.uuid for each in open_ones if not each.waiting]
        self._cancel(waiting)
        return [each.uuid for each in waiting], sent

    def forget(self, device):
        """Drop everything of a device that is deleted."""
        for command in self._devices.pop(device.id, {}).values():
            if not command.over:
                command.send_status = CANCELLED  # its timer and its answer find it over

    def uplink(self, device, kind):
        """Note that a message of kind has come: what waits for it goes out.

        While it cannot be written that they went out, they wait on: after a restart of the bench
        the device would get them again.
        """
        now = self._platform.wall_ms()
        for command in list(self._devices.get(device.id, {}).values()):
            if command.waiting and command.trigger & kind and command.valid_ms <= now:
                try:
                    self._send(device, command)
                except Unwritable:
                    return

    # -- inside -------------------------------------------------------------------------------

    def _send(self, device, command):
        sent = {"send_status": SENT, "sent_ms": self._platform.wall_ms()}
        self._change([command], **sent)
        platform, timeout_ms = self._platform, command.timeout_s * 1000
        oid, iid, rid = command.path
        if command.kind == "READ":
            operation = platform.read(device.imei, oid, iid, rid, timeout_ms)
        elif command.kind == "WRITE":
            operation = platform.write(device.imei, oid, iid, command.payload, timeout_ms)
        else:
            operation = platform.execute(device.imei, oid, iid, rid, command.args, timeout_ms)
        operation.on_done(lambda done: self._answered(command, done))

    def _answered(self, command, operation):
        if command.over:
            return
        if operation.name in AGAIN:
            self._again(command, operation.sub_reason)
            return
        command.result = list(operation.values) if command.kind == "READ" else []
        self._end(command, SUCCESS if operation.ok else FAILED, operation.sub_reason)

    def _again(self, command, status):
        now = self._platform.wall_ms()
        if now >= command.expired_ms or not command.remain:
            self._end(command, FAILED, status)
            return
        command.remain -= 1
        command.send_status = WAIT
        command.feedback.append((now, status))
        self._save(command)

    def _expire_later(self, command):
        left_ms = command.expired_ms - self._platform.wall_ms()

        def expire():
            if command.waiting:
                self._end(command, EXPIRED)

        self._platform.timers.after(max(left_ms, 0), expire)

    def _end(self, command, send_status, confirm_status=""):
        command.send_status = send_status
        if confirm_status:
            command.confirmed_ms = self._platform.wall_ms()
            command.confirm_status = confirm_status
            command.feedback.append((command.confirmed_ms, confirm_status))
        self._save(command)
        device = self._platform.device_by_id(command.device_id)
        self._platform.tell(Confirmed(device, command))

    def _forget_oldest(self, kept):
        for number in [number for number, command in kept.items() if command.over]:
            if len(kept) <= MAX_KEPT:
                return
            del kept[number]
            self._platform.store.delete_command(number)

    def _cancel(self, commands):
        self._change(commands, send_status=CANCELLED)
        for command in commands:
            device = self._platform.device_by_id(command.device_id)
            self._platform.tell(Confirmed(device, command))

    def _change(self, commands, **fields):
        """Change fields of commands, on disk and then here. Raises Unwritable."""
        if commands:
            self._platform.store.change_commands([_row(each, **fields) for each in commands])
        for command in commands:
            for name, value in fields.items():
                setattr(command, name, value)

    def _save(self, command):
        self._platform.store.save_command(*_row(command))


def _row(command, **fields):
    """Return what the store keeps of a command, with fields as they are to be."""
    body = command.body() | fields
    return command.uuid, command.device_id, command.created_ms, body
