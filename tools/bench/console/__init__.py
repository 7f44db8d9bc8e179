"""The console: a page that shows one simulated module at work and takes its user's orders."""


def attach(app, bench):
    """Serve the console of `bench` on the FastAPI app `app`, at /; behind the Guard.

    To be called once in a process, after every other route of app is there: what nothing else
    answers goes to the console.
    """
    from bench.console.guard import Guard
    from bench.console.site import serve

    app.add_middleware(Guard)
    serve(app, bench)
