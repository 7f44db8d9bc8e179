"""LwM2M objects, observations, and the client that serves them over a session it is given."""

from .actuation import Actuation
from .client import Client
from .observe import Observations
from .registry import Instance, Registry
from .temperature import Temperature

__version__ = "0.1.0"
__all__ = ("Actuation", "Client", "Instance", "Observations", "Registry", "Temperature")
