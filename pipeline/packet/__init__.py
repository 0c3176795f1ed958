"""Packet: the documents and papers that one case needs, in their order.

In: a case and a template set. Out: the plan of the packet, the papers that are missing, and the packet's state.
"""
