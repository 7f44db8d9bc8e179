"""Names of the node's objects and resources, for people (OMA LwM2M registry)."""

_OBJECTS = {
    3200: "Digital Input",
    3301: "Illuminance",
    3302: "Presence",
    3303: "Temperature",
    3304: "Humidity",
    3306: "Actuation",
    3311: "Light Control",
    3315: "Barometer",
    3342: "On/Off Switch",
}
_RESOURCES = {
    5500: "Digital Input State",
    5501: "Digital Input Counter",
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
