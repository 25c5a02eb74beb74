"""What a charge point without oddities says to each call of the bridge."""

from profiles import now


def answers(v16, state, tell, dynamic=False):
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
                "SupportsDynamicProfiles": "true" if dynamic else None,
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

    def move_limit(payload):
        moved = state.move(payload["charging_profile_id"], float(payload["schedule_update"]["limit"]))
        tell(event="limit", limit=(state.at(now()) or {}).get("limit"))
        return {"status": "Accepted" if moved else "Rejected"}

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
    if dynamic:
        table["UpdateDynamicSchedule"] = move_limit
    return table
