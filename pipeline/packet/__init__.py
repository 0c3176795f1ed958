"""Packet: which documents and papers one case needs, in which order.

In: a case and a template set. Out: the plan of the packet, the papers that are missing, and the packet's state.
"""
