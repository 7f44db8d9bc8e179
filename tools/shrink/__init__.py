"""Device code for a small heap: the same program with fewer modules and fewer names.

On a board every module costs some 250 bytes and every name some 27, for good: also a name of a
module that was unloaded. So, before the compiler sees it, and never in the sources:

- `constants`: a number that another module imports is put where it is used;
- `joining`: modules that stay loaded together become one;
- `inlining`: a function that is called in one place is written out there;
- `names`, `arguments`: what nobody else can see shares few short names.

Names stay that others know: of foreign objects, of programs beside these, and all that may be
looked up by a text. One that is put together at run time is not seen: the sources write names out.
`Shrunk.names` leads from the short names in a traceback back to the sources.
"""

from shrink import arguments, constants, inlining, joining, names
from shrink.program import Program


def shrink(sources, others=(), together=None, kept=()):
    """Return the Shrunk of a program; see Program.

    together: {name: modules that become one of that name}; see joining.
    kept: names that stay as they are, beside those that occur in a text or in others.
    """
    program = Program(sources, others)
    constants.inline(program)
    for name, modules in (together or {}).items():
        joining.join(program, modules, name)
    said = program.said() | set(kept)
    inlining.inline(program, said)
    names.rename(program, program.looked_up() | set(kept))
    arguments.rename(program, said)
    return program.finish()
