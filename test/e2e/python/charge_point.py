"""A third-party charge point (PyPI ocpp) that does what it is told on standard input and tells on standard output what it hears.

One JSON object a line. In: {"do": "connect"}, {"do": "disconnect"}, {"do": "send", "id": 1, "action": "Heartbeat", "payload": {...}},
{"do": "answer", "action": "Reset", "payload": {...}}. Out: {"event": "connected"}, {"event": "closed", "code": 1000},
{"event": "call", "action": ..., "payload": ...}, {"event": "limit", "limit": 6.0}, {"event": "result", "id": 1, "payload": ...} or
{..., "error": ...}. Payloads are in snake_case, as the library has them.
"""

import argparse
import asyncio
import base64
import importlib
import json
import sys
from dataclasses import asdict

import websockets
from answers import answers
from delta import Delta
from ocpp.routing import on
from profiles import Profiles, now


def tell(**event):
    print(json.dumps(event, default=str), flush=True)


def make_box(module, v16, manners, dynamic):
    """A ChargePoint class of the library with a handler for each action of the table."""
    state = Profiles(v16)
    table = answers(v16, state, tell, dynamic)
    if manners is not None:
        manners.bend(table, state, tell)
    results = importlib.import_module(f"{module.__name__}.call_result")

    def handler(action):
        async def handle(self, **payload):
            tell(event="call", action=action, payload=payload)
            answer = table[action]
            body = answer(payload) if callable(answer) else answer
            return getattr(results, action)(**body)

        # The library finds handlers by the name of the function.
        handle.__name__ = f"on_{action}"
        return on(action)(handle)

    members = {f"on_{action}": handler(action) for action in table}
    return type("Box", (module.ChargePoint,), members), table


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--url", required=True)
    arguments.add_argument("--id", required=True)
    arguments.add_argument("--version", choices=["1.6", "2.0.1", "2.1"], required=True)
    arguments.add_argument("--password")
    arguments.add_argument("--preset", choices=["standard", "delta", "dynamic"], default="standard")
    options = arguments.parse_args()
    v16 = options.version == "1.6"
    name = {"1.6": "v16", "2.0.1": "v201", "2.1": "v21"}[options.version]
    module = importlib.import_module(f"ocpp.{name}")
    calls = importlib.import_module(f"ocpp.{name}.call")
    manners = Delta() if options.preset == "delta" else None
    box_class, table = make_box(module, v16, manners, options.preset == "dynamic")
    headers = {}
    if options.password:
        secret = base64.b64encode(f"{options.id}:{options.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"

    box = None
    socket = None

    async def listen(box_, socket_):
        try:
            await box_.start()
        except websockets.ConnectionClosed:
            pass
        except Exception as error:  # noqa: BLE001: told to the test, which decides
            tell(event="error", error=repr(error))
        tell(event="closed", code=socket_.close_code)

    async def send(command):
        try:
            request = getattr(calls, command["action"])(**command["payload"])
            if manners is not None:
                manners.told(command["action"], command["payload"])
            result = await box.call(request, suppress=False)
            tell(event="result", id=command["id"], payload=asdict(result))
        except Exception as error:  # noqa: BLE001
            tell(event="result", id=command["id"], error=repr(error))

    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks = set()

    def spawn(coroutine):
        task = asyncio.create_task(coroutine)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    while line := await reader.readline():
        command = json.loads(line)
        if command["do"] == "connect":
            try:
                socket = await websockets.connect(
                    f"{options.url}/{options.id}", subprotocols=[f"ocpp{options.version}"], additional_headers=headers
                )
            except Exception as error:  # noqa: BLE001
                tell(event="refused", error=repr(error))
                continue
            box = box_class(options.id, socket)
            if manners is not None:
                manners.hang_up = socket.close
            spawn(listen(box, socket))
            tell(event="connected")
        elif command["do"] == "disconnect":
            await socket.close()
        elif command["do"] == "answer":
            table[command["action"]] = command["payload"]
        elif command["do"] == "send":
            spawn(send(command))


asyncio.run(main())
