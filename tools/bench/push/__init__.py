"""HTTP push: datapoints, online states and results of cached commands to a URL of the user's."""

from bench.push.sender import Push
from bench.push.url import check_url

__all__ = ["Push", "check_url"]
