"""The program around the views: the window, its actions and settings, the desktop entry, recovery."""
