"""The third-party server of the comparison: PyPI `ocpp` on `websockets`, as shipped (it validates). Prints its port."""

import asyncio
import sys

import websockets
from ocpp.routing import on
from ocpp.v201 import ChargePoint, call_result


class Station(ChargePoint):
    @on("TransactionEvent")
    async def on_event(self, **_payload):
        return call_result.TransactionEvent()


async def on_connect(socket):
    try:
        await Station(socket.request.path.strip("/"), socket).start()
    except websockets.exceptions.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(on_connect, "127.0.0.1", 0, subprotocols=["ocpp2.0.1"]) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
