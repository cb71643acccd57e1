"""A provider of messages on this machine, good or bad as told.

It carries text messages, push messages and WeChat templates, knows a repeated one by its
key, reports back what became of it, and shows what arrived. The demo runs it as a
process, tests run it in threads of their own.
"""
