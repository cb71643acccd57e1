"""The nurse console: server-rendered pages, one service call an action."""
