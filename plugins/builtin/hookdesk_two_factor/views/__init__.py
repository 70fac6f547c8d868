"""The pages, gathered: importing this package puts every view on the blueprint."""

from hookdesk_two_factor.views import overview, own
from hookdesk_two_factor.views.blueprint import bp

__all__ = ["bp", "overview", "own"]
