"""What an agent file says and how it is changed. No Qt anywhere, and no text makes it raise."""
