"""Messages of subscribers, and alerts: made by rules or injected by people and programs."""
