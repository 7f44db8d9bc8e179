"""LwM2M for a node: objects, values, observations, notification rules; no AT text, no tasks."""
