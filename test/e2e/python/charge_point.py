"""A third-party charge point (PyPI ocpp) that does what it is told on standard input and tells on standard output what it hears.

One JSON object a line. In: {"do": "connect"}, {"do": "disconnect"}, {"do": "send", "id": 1, "action": "Heartbeat", "payload": {...}},
{"do": "answer", "action": "Reset", "payload": {...}}. Out: {"event": "connected"}, {"event": "closed", "code": 1000},
{"event": "call", "action": ..., "payload": ...}, {"event": "result", "id": 1, "payload": ...} or {..., "error": ...}.
Payloads are in snake_case, as the library has them.
"""

import argparse
import asyncio
import base64
import importlib
import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta, timezone

import websockets
from ocpp.routing import on

FOREVER = datetime.max.replace(tzinfo=timezone.utc)


def tell(**event):
    print(json.dumps(event, default=str), flush=True)


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def now():
    return datetime.now(timezone.utc)


class Profiles:
    """What is installed, and which limit results: the highest stack level that is valid, a transaction's own above the default."""

    def __init__(self, v16):
        self.v16 = v16
        self.items = []

    def put(self, profile):
        schedule = profile["charging_schedule"]
        schedule = schedule if isinstance(schedule, dict) else schedule[0]
        level, purpose = profile["stack_level"], profile["charging_profile_purpose"]
        start = moment(profile.get("valid_from")) or datetime.min.replace(tzinfo=timezone.utc)
        end = moment(profile.get("valid_to")) or FOREVER
        if schedule.get("duration"):
            begin = moment(schedule.get("start_schedule")) or now()
            end = min(end, begin + timedelta(seconds=schedule["duration"]))
        period = schedule["charging_schedule_period"][0]
        self.items = [one for one in self.items if (one["level"], one["purpose"]) != (level, purpose)]
        self.items.append(
            {
                "id": profile.get("charging_profile_id", profile.get("id")),
                "level": level,
                "purpose": purpose,
                "start": start,
                "end": end,
                # The library reads numbers of 1.6 as decimals and cannot write them.
                "limit": float(period["limit"]),
                "phases": period.get("number_phases"),
                "unit": schedule["charging_rate_unit"],
            }
        )

    def clear(self, payload):
        wanted = payload.get("id", payload.get("charging_profile_id"))
        criteria = payload.get("charging_profile_criteria") or payload
        purpose = criteria.get("charging_profile_purpose")
        level = criteria.get("stack_level")
        gone = [
            one
            for one in self.items
            if (wanted is None or one["id"] == wanted)
            and (purpose is None or one["purpose"] == purpose)
            and (level is None or one["level"] == level)
        ]
        self.items = [one for one in self.items if one not in gone]
        return bool(gone)

    def at(self, when):
        valid = [one for one in self.items if one["start"] <= when < one["end"]]
        own = [one for one in valid if one["purpose"] == "TxProfile"]
        shared = [one for one in valid if one["purpose"] == "TxDefaultProfile"]
        top = [one for one in valid if one["purpose"] in ("ChargePointMaxProfile", "ChargingStationMaxProfile")]
        limits = [max(group, key=lambda one: one["level"]) for group in (own or shared, top) if group]
        return min(limits, key=lambda one: one["limit"]) if limits else None

    def composite(self, duration):
        start = now()
        edges = {0}
        for one in self.items:
            for edge in (one["start"], one["end"]):
                if edge not in (FOREVER,) and start < edge < start + timedelta(seconds=duration):
                    edges.add(int((edge - start).total_seconds()) + 1)
        periods = []
        for edge in sorted(edges):
            profile = self.at(start + timedelta(seconds=edge))
            limit = profile["limit"] if profile else 32.0
            if not periods or periods[-1]["limit"] != limit:
                periods.append({"start_period": edge, "limit": limit})
        return start, periods


def answers(v16, state):
    """What it says to each call; the test may replace any."""
    keys = {
        "NumberOfConnectors": "1",
        "ChargeProfileMaxStackLevel": "8",
        "ChargingScheduleAllowedChargingRateUnit": "Current",
        "ChargingScheduleMaxPeriods": "24",
        "MaxChargingProfilesInstalled": "10",
        "SupportedFeatureProfiles": "Core,RemoteTrigger,SmartCharging",
        "MeterValueSampleInterval": "10",
        "HeartbeatInterval": "60",
    }

    def get_configuration(payload):
        wanted = payload.get("key") or list(keys)
        return {
            "configuration_key": [{"key": k, "readonly": False, "value": keys[k]} for k in wanted if k in keys],
            "unknown_key": [k for k in wanted if k not in keys],
        }

    def get_variables(payload):
        result = []
        for item in payload["get_variable_data"]:
            component, variable = item["component"], item["variable"]
            known = {
                "PhaseRotation": None,
                "ProfileStackLevel": "8",
                "RateUnit": "A",
                "Available": "true",
                "Enabled": "true",
            }.get(variable["name"])
            result.append(
                {
                    "attribute_status": "UnknownVariable" if known is None else "Accepted",
                    "component": component,
                    "variable": variable,
                    **({} if known is None else {"attribute_value": known}),
                }
            )
        return {"get_variable_result": result}

    def set_variables(payload):
        return {
            "set_variable_result": [
                {"attribute_status": "Accepted", "component": one["component"], "variable": one["variable"]}
                for one in payload["set_variable_data"]
            ]
        }

    def set_profile(payload):
        state.put(payload.get("cs_charging_profiles") or payload.get("charging_profile"))
        tell(event="limit", limit=(state.at(now()) or {}).get("limit"))
        return {"status": "Accepted"}

    def clear_profile(payload):
        return {"status": "Accepted" if state.clear(payload) else "Unknown"}

    def composite(payload):
        start, periods = state.composite(payload["duration"])
        stamp = start.isoformat().replace("+00:00", "Z")
        if v16:
            schedule = {"charging_rate_unit": "A", "charging_schedule_period": periods, "duration": int(payload["duration"])}
            return {
                "status": "Accepted",
                "connector_id": payload["connector_id"],
                "schedule_start": stamp,
                "charging_schedule": schedule,
            }
        schedule = {
            "evse_id": payload["evse_id"],
            "duration": payload["duration"],
            "schedule_start": stamp,
            "charging_rate_unit": "A",
            "charging_schedule_period": periods,
        }
        return {"status": "Accepted", "schedule": schedule}

    accepted = lambda payload: {"status": "Accepted"}  # noqa: E731
    table = {
        "SetChargingProfile": set_profile,
        "ClearChargingProfile": clear_profile,
        "GetCompositeSchedule": composite,
        "TriggerMessage": accepted,
        "Reset": accepted,
        "ChangeAvailability": accepted,
        "ClearCache": accepted,
        "SendLocalList": accepted,
        "GetLocalListVersion": lambda payload: {"list_version" if v16 else "version_number": 0},
        "UnlockConnector": lambda payload: {"status": "Unlocked"},
    }
    if v16:
        table.update(
            {
                "GetConfiguration": get_configuration,
                "ChangeConfiguration": accepted,
                "RemoteStartTransaction": accepted,
                "RemoteStopTransaction": accepted,
            }
        )
    else:
        table.update(
            {
                "GetVariables": get_variables,
                "SetVariables": set_variables,
                "GetBaseReport": lambda payload: {"status": "NotSupported"},
                "GetReport": lambda payload: {"status": "NotSupported"},
                "GetChargingProfiles": lambda payload: {"status": "NoProfiles"},
                "RequestStartTransaction": accepted,
                "RequestStopTransaction": accepted,
                "GetTransactionStatus": lambda payload: {"messages_in_queue": False},
            }
        )
    return table


def make_box(module, v16):
    """A ChargePoint class of the library with a handler for each action of the table."""
    state = Profiles(v16)
    table = answers(v16, state)
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
    options = arguments.parse_args()
    v16 = options.version == "1.6"
    name = {"1.6": "v16", "2.0.1": "v201", "2.1": "v21"}[options.version]
    module = importlib.import_module(f"ocpp.{name}")
    calls = importlib.import_module(f"ocpp.{name}.call")
    box_class, table = make_box(module, v16)
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
            spawn(listen(box, socket))
            tell(event="connected")
        elif command["do"] == "disconnect":
            await socket.close()
        elif command["do"] == "answer":
            table[command["action"]] = command["payload"]
        elif command["do"] == "send":
            spawn(send(command))


asyncio.run(main())
