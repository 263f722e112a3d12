from __future__ import annotations

import os

# The whole suite runs without a screen; a developer may ask for another platform.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
