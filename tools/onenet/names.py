"""Names of the node's objects and resources, for people (OMA LwM2M registry, 3303, 3306)."""

_OBJECTS = {3303: "Temperature", 3306: "Actuation"}
_RESOURCES = {
    5518: "Timestamp",
    5601: "Min Measured Value",
    5602: "Max Measured Value",
    5603: "Min Range Value",
    5604: "Max Range Value",
    5605: "Reset Min and Max",
    5700: "Sensor Value",
    5701: "Sensor Units",
    5750: "Application Type",
    5850: "On/Off",
    5851: "Dimmer",
    5852: "On Time",
    5853: "Multi-state Output",
}


def name_of(path):
    """Return the name of what path names, "" if it has none here."""
    if path.rid is None:
        return _OBJECTS.get(path.oid, "")
    return _RESOURCES.get(path.rid, "")
