"""The only writers. A service opens one unit of work, changes rows and emits events in it; effects outside the database follow from those.

Hooks are asked before the unit of work opens, so that it holds no plugin's time; what it decides by (state, doubles) it reads again inside.
"""
