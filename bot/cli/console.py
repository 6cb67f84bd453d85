"""Print tables and styles through Rich, so that what others wrote cannot command the terminal.

Why: bot/process/terminal.py.
"""

from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from survey.plain_text import safe


class _SafeConsole(Console):
    """Makes every piece of text safe before Rich puts its own escape sequences around it."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Return the pieces of what is printed."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=safe(segment.text))


def console(
    *, width: int | None = None, markup: bool = False, file: IO[str] | None = None, errors: bool = False
) -> Console:
    """Return a console.

    Args:
        width: of what is printed where that is no terminal; None for Rich's own.
        markup: whether [bold] in a text is a style. Never where a text of others is printed: Rich would read its
            "[red]", and fail on its "[/]".
        file: where it prints; None for standard output.
        errors: it prints to standard error.
    """
    made = _SafeConsole(markup=markup, highlight=False, file=file, stderr=errors)
    if width is not None and not made.is_terminal:
        made.width = width
    return made
