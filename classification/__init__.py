"""What the digital economy is: the national standard as data, and how a unit gets its classes."""
