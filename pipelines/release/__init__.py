"""From observations to what is handed over."""
