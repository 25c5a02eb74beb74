"""Delta Gen 4 (BMW, Mini), as a third-party charge point would behave with its firmware 01.20.06.71.

Facts: JoaoPedroBelo/bmw-wallbox-ha docs/WALLBOX_CAPABILITIES.md and PR #18, #19, #20, #24, #25.
"""

import asyncio

from profiles import now

VARIABLES = {
    "SmartChargingCtrlr/Enabled": "true",
    "SmartChargingCtrlr/RateUnit": "A, W",
    # It claims levels that it rejects.
    "SmartChargingCtrlr/ProfileStackLevel": "5",
    "SmartChargingCtrlr/PeriodsPerSchedule": "33",
    "SmartChargingCtrlr/ACPhaseSwitchingSupported": "false",
    "SampledDataCtrlr/TxStartedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr/TxUpdatedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr/TxEndedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr/TxUpdatedInterval": "0",
    "AlignedDataCtrlr/Interval": "0",
    "TxCtrlr/StopTxOnEVSideDisconnect": "true",
    "TxCtrlr/TxStartPoint": "EVConnected,Authorized,EnergyTransfer",
    "TxCtrlr/TxStopPoint": "PowerPathClosed",
    "TxCtrlr/EVConnectionTimeOut": "60",
    "AuthCtrlr/Enabled": "false",
    "AuthCtrlr/AuthorizeRemoteStart": "false",
    "OCPPCommCtrlr/HeartbeatInterval": "10",
    "OCPPCommCtrlr/MessageTimeout": "30",
    "OCPPCommCtrlr/WebSocketPingInterval": "300",
    "EVSE/SupplyPhases": "1",
    "StatusLED/brightness": "30",
}
READ_ONLY = {"TxCtrlr/StopTxOnEVSideDisconnect", "OCPPCommCtrlr/MessageTimeout"}
REFUSED_TRIGGERS = {"BootNotification", "StatusNotification"}
SUSPENDED = {"SuspendedEV", "SuspendedEVSE"}


def key_of(entry):
    return f"{entry['component']['name']}/{entry['variable']['name']}"


class Delta:
    """Its oddities on top of the usual answers; it learns of its own session from what the test lets it send."""

    def __init__(self):
        self.variables = dict(VARIABLES)
        self.transaction = None
        self.charging_state = None
        # A profile of the transaction that a suspension has nailed down.
        self.orphan = False
        # It has refused a profile, and takes none for this transaction any more.
        self.sulks = False
        # Stopped from afar: only a replug starts again.
        self.wants_replug = False
        self.hang_up = None
        self.state = None
        self.tell = None

    def bend(self, table, state, tell):
        self.state, self.tell = state, tell
        clear, start, stop = table["ClearChargingProfile"], "RequestStartTransaction", "RequestStopTransaction"
        table["SetChargingProfile"] = self.set_profile
        table["ClearChargingProfile"] = lambda payload: {"status": "Unknown"} if self.orphan else clear(payload)
        table["GetVariables"] = self.get_variables
        table["SetVariables"] = self.set_variables
        table["TriggerMessage"] = lambda payload: {
            "status": "Rejected" if payload["requested_message"] in REFUSED_TRIGGERS else "Accepted"
        }
        table[start] = lambda payload: {"status": "Rejected" if self.wants_replug else "Accepted"}
        table[stop] = self.stop
        table["Reset"] = self.reset

    # What the bridge asks.

    def set_profile(self, payload):
        profile = payload["charging_profile"]
        own = profile["charging_profile_purpose"] == "TxProfile"
        present = [one["id"] for one in self.state.items if one["purpose"] == "TxProfile"]
        refused = (
            profile["stack_level"] > 0
            or profile["charging_profile_purpose"] == "ChargingStationMaxProfile"
            or self.sulks
            or (own and (self.orphan or profile["id"] in present or profile.get("transaction_id") != self.transaction))
        )
        if refused:
            self.sulks = self.transaction is not None
            return {"status": "Rejected"}
        discarded = self.charging_state == "SuspendedEV" or (own and self.charging_state in SUSPENDED)
        if not discarded:
            self.state.put(profile)
        self.tell_limit()
        return {"status": "Accepted"}

    def get_variables(self, payload):
        result = []
        for item in payload["get_variable_data"]:
            value = self.variables.get(key_of(item))
            result.append(
                {
                    "attribute_status": "UnknownVariable" if value is None else "Accepted",
                    "component": item["component"],
                    "variable": item["variable"],
                    **({} if value is None else {"attribute_value": value}),
                }
            )
        return {"get_variable_result": result}

    def set_variables(self, payload):
        result = []
        for item in payload["set_variable_data"]:
            key = key_of(item)
            known = key in self.variables
            status = "Rejected" if key in READ_ONLY else "Accepted" if known else "UnknownVariable"
            if status == "Accepted":
                self.variables[key] = item["attribute_value"]
            result.append({"attribute_status": status, "component": item["component"], "variable": item["variable"]})
        return {"set_variable_result": result}

    def stop(self, payload):
        known = payload["transaction_id"] == self.transaction
        self.wants_replug = self.wants_replug or known
        return {"status": "Accepted" if known else "Rejected"}

    def reset(self, payload):
        self.transaction = self.charging_state = None
        self.orphan = self.sulks = False
        self.state.items = [one for one in self.state.items if one["purpose"] != "TxProfile"]
        asyncio.get_running_loop().call_later(0.5, lambda: asyncio.ensure_future(self.hang_up()))
        return {"status": "Accepted"}

    # What it tells the bridge.

    def told(self, action, payload):
        if action == "StatusNotification" and payload["connector_status"] == "Available":
            self.wants_replug = False
        if action != "TransactionEvent":
            return
        info = payload["transaction_info"]
        if payload["event_type"] == "Ended":
            self.transaction = self.charging_state = None
            self.sulks = False
            if not self.orphan:
                self.state.items = [one for one in self.state.items if one["purpose"] != "TxProfile"]
        else:
            self.transaction = info["transaction_id"]
            before, self.charging_state = self.charging_state, info.get("charging_state", self.charging_state)
            suspends = self.charging_state in SUSPENDED and before not in SUSPENDED
            if suspends and any(one["purpose"] == "TxProfile" for one in self.state.items):
                self.orphan = True
        self.tell_limit()

    def tell_limit(self):
        self.tell(event="limit", limit=(self.state.at(now()) or {}).get("limit"))
