"""The whole of Lectern as its users run it: real commands, workers and services in a folder of their own."""
