"""The node under faults, and a referee that sees what it does from the outside.

    make chaos SEEDS=1000           a node in virtual time under a fault script of each seed
    make chaos SEED=7               that one again, with everything it printed
    make chaos REAL=1 FOR=600       the real MicroPython in real time
    make soak                       30 days in virtual time

What counts as what
-------------------
The referee has the bytes of both directions as the node sends and gets them, what the module
printed and accepted, the faults that took effect, each access to an output of the virtual board,
and what the platform asked. It knows nothing of the node's inside but the lengths of its queues.

An operation is *asked* by the platform, and *delivered* each time the module prints it. A delivery
is *intact* if all its lines reached the node as they were printed. It ends when the module has its
answer, prints it again, gives it up, or loses the session.

- *in window*: the module had the right answer 3000 ms after the operation's last byte had left it.
- *refused*: it had one in that time, but it was a refusal (4.00) of what should have been done.
- *late*: it had the answer, after more time than that, or only of a later print.
- *lost*: delivered, never answered. *not delivered*: the module never printed it.

Each that is not in window has a *cause by name*: a fault that took effect between 4 s before the
print and the end of the delivery. Where several did, the one named is the first of: the node lost
its power; the module rebooted; a mute line; the operation's own line did not arrive intact (with
what hit it); its answer did not; the module refused, was late or named a wrong msgid; another line
was hit; the network. 4 s are what an answer that was lost costs the line: two time-outs and a
probe. An operation that was in window is never excused, and one that was not, without such a
fault, breaks an invariant.

Invariants
----------
1.  Every intact delivery is answered exactly once, in time and rightly, or has a cause.
2.  No write is executed twice, none is that did not arrive: each time an output is driven, a
    write with that value for that output has come to the node, under a msgid that has not driven
    it before; and a write answered with 2.04 has driven it.
3.  No reply bears an id or a kind of operation that the node was not asked for, or a value that
    the board does not have.
4.  The UART carries only lines that the node means to send, whole.
5.  The module refuses no line for its form (601).
6.  No notification has a value that was not measured. With an outbox (which is to come) none is
    lost, and none sent more than twice.
7.  The node's tasks run on, its queues keep their bounds, no fault of its own is counted.
8.  A session ends only behind a fault, and 15 minutes after the last fault the node is online and
    answers every kind of operation.
9.  The heap is flat: the end takes no more than the beginning, within what is said there.
"""
