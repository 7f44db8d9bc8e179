"""The node under faults, and a referee that sees what it does from the outside.

    make chaos SEEDS=1000           a node in virtual time under a fault script of each seed
    make chaos SEED=7               that one again, with everything it printed
    make chaos REAL=1 FOR=600       the real MicroPython in real time, every kind of fault in turns
    make soak                       30 days in virtual time

What counts as what
-------------------
The referee has the bytes of both directions as the node sends and gets them, what the module
printed and accepted, the faults that took effect, each access to an output of the virtual board,
the files of the outbox, and what the platform asked. It shares no code with the node.

An operation is *asked* by the platform, and *delivered* each time the module prints it. A delivery
is *intact* if all its lines reached the node as they were printed. It ends when the module has its
answer, prints it again, gives it up, or loses the session.

- *in window*: the module had the right answer 3000 ms after the operation's last byte had left it.
- *refused*: it had one in that time, but it was a refusal (4.00) of what should have been done.
- *late*: it had the answer, after more time than that, or only of a later print.
- *lost*: delivered, never answered. *not delivered*: the module never printed it.

Each that is not in window has a *cause by name*: a fault that took effect between 4 s before the
print and the end of the delivery, and that can explain it. One whose lines did not come whole was
hit on its way down; the network and the air explain the end of a session, but no answer that stays
away; a wrong result needs a fault that gave its msgid to another operation in the 250 s before.
Where several faults do, the one named is the first of: the node lost its power; the module
rebooted; a mute line; the module refused, was late or named a wrong msgid; a line was hit; in real
time, this computer had no time; the node looked for the module at another baud rate. 4 s are what
an answer that was lost costs the line: two time-outs and a probe. An operation that was in window
is never excused, and one that was not, without such a fault, breaks an invariant.

Invariants
----------
1.  Every intact delivery is answered exactly once, in time and rightly, or has a cause.
2.  No write is executed twice, none is that did not arrive: each time an output is driven, a
    write with that value for that output has come to the node, under a msgid that has not driven
    it before; and a write answered with 2.04 has driven it. A node that has lost its power
    between is counted instead: it knows of nothing before.
3.  No reply bears an id or a kind of operation that the node was not asked for, or a value that
    the board does not have.
4.  The UART carries only lines that the node means to send, whole.
5.  The module refuses no line for its form (601).
6.  No notification has a value that was not measured. No reading that was in the outbox is lost
    but those that the node says it has given up, and none is sent more than twice without a fault.
    A reading that lost a byte on its way up has arrived as another, which is counted.
7.  The node's tasks run on, its queues keep their bounds, no fault of its own is counted.
8.  A session ends only behind a fault, and 15 minutes after the last fault the node is online and
    answers every kind of operation.
9.  The heap is flat: the end takes no more than the beginning, within what is said there; of a
    long run the second half takes no more than the first.

That the referee sees each of these broken is what host_tests/chaos/test_chaos_referee.py shows.
"""
