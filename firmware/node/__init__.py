"""The application: configuration, sensors, actuators, and what joins them to the module."""
