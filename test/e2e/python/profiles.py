"""The smart-charging part of the third-party charge point: what is installed, and which limit results."""

from datetime import datetime, timedelta, timezone

FOREVER = datetime.max.replace(tzinfo=timezone.utc)


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
                "kind": profile["charging_profile_kind"],
            }
        )

    def move(self, profile_id, limit):
        """2.1: the limit of a dynamic profile."""
        found = [one for one in self.items if one["id"] == profile_id and one["kind"] == "Dynamic"]
        for one in found:
            one["limit"] = limit
        return bool(found)

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
