"""Two virtual Bluetooth controllers on one link: a peripheral with the box's GATT service, and a central's controller as H4 on the pty
whose path is the one argument.

Lines out: `ready`, `subscribed`, `gone`, `write HEX`. Lines in: `notify HEX`, `drop`. Ends with its standard input.
"""

import asyncio
import sys

from bumble.controller import Controller
from bumble.core import AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport import open_transport

NAME = "ACP#Virtual"
BOX = "C4:12:F5:00:00:01"
BRIDGE = "F0:F1:F2:F3:F4:F5"


def say(line):
    print(line, flush=True)


class Watcher(Device.Listener):
    def __init__(self, device):
        self.device = device
        self.connection = None

    def on_connection(self, connection):
        self.connection = connection
        connection.on("disconnection", self.on_gone)

    def on_gone(self, _reason):
        self.connection = None
        say("gone")
        asyncio.ensure_future(self.device.start_advertising(auto_restart=False))


async def main():
    link = LocalLink()
    central = await open_transport("pty:" + sys.argv[1])
    controller = Controller(
        "central",
        host_source=central.source,
        host_sink=central.sink,
        link=link,
        public_address=Address(BRIDGE, Address.PUBLIC_DEVICE_ADDRESS),
    )
    # Else data of the connection is dropped: the link looks controllers up by this one.
    controller.random_address = controller.public_address

    host = Host()
    box = Controller("box", link=link, public_address=Address(BOX, Address.PUBLIC_DEVICE_ADDRESS))
    host.controller = box
    box.host = host
    box.random_address = Address(BOX)
    device = Device(name=NAME, address=Address(BOX), host=host)

    notify = Characteristic("FFF1", Characteristic.Properties.NOTIFY, Characteristic.Permissions(0), b"")
    write = Characteristic(
        "FFF2",
        Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
        Characteristic.WRITEABLE,
        CharacteristicValue(write=lambda _connection, value: say("write " + bytes(value).hex())),
    )
    notify.on("subscription", lambda _connection, on, _indicate: say("subscribed" if on else "unsubscribed"))
    device.add_service(Service("FFF0", [notify, write]))
    watcher = Watcher(device)
    device.listener = watcher
    device.advertising_data = bytes(AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, NAME.encode())]))
    await device.power_on()
    await device.start_advertising(auto_restart=False)
    say("ready")

    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        verb, _, rest = line.partition(" ")
        if verb == "notify" and watcher.connection is not None:
            await device.notify_subscriber(watcher.connection, notify, bytes.fromhex(rest), force=True)
        elif verb == "drop" and watcher.connection is not None:
            await watcher.connection.disconnect()


asyncio.run(main())
