import asyncio

from config import asgi


class Application:
    """Answers when it is let, and counts how many requests it has in hand."""

    def __init__(self):
        self.in_hand = self.most_in_hand = 0
        self.may_begin = asyncio.Event()
        self.may_end = asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.in_hand += 1
        self.most_in_hand = max(self.most_in_hand, self.in_hand)
        await self.may_begin.wait()
        self.in_hand -= 1
        await send({"type": "http.response.start"})
        await self.may_end.wait()
        await send({"type": "http.response.body"})


async def start(application, *, path="/", count=1):
    async def send(message):
        pass

    scope = {"type": "http", "path": path}
    tasks = [asyncio.create_task(application(scope, None, send)) for _ in range(count)]
    await asyncio.sleep(0.01)
    return tasks


def test_so_many_requests_are_worked_on_at_once_and_no_more():
    async def run():
        inner = Application()
        tasks = await start(asgi.take_turns(inner, most=2), count=5)
        assert inner.in_hand == 2
        inner.may_begin.set()
        inner.may_end.set()
        await asyncio.gather(*tasks)
        assert inner.most_in_hand == 2

    asyncio.run(run())


def test_a_stream_that_has_begun_holds_nobody_up():
    async def run():
        inner = Application()
        inner.may_begin.set()
        application = asgi.take_turns(inner, most=1)
        streams = await start(application, count=3)
        assert inner.in_hand == 0
        inner.may_end.set()
        await asyncio.gather(*streams)

    asyncio.run(run())


def test_a_health_check_never_waits_in_line():
    async def run():
        inner = Application()
        application = asgi.take_turns(inner, most=1)
        tasks = await start(application, count=2)
        tasks += await start(application, path="/healthz")
        assert inner.in_hand == 2
        inner.may_begin.set()
        inner.may_end.set()
        await asyncio.gather(*tasks)

    asyncio.run(run())


def test_a_request_that_fails_gives_its_turn_back():
    async def fail(scope, receive, send):
        raise ZeroDivisionError

    async def run():
        application = asgi.take_turns(fail, most=1)
        for _ in range(3):
            (task,) = await start(application)
            assert isinstance(task.exception(), ZeroDivisionError)

    asyncio.run(run())
