"""Callbacks run to their end, whatever arrives from the browser meanwhile."""

from __future__ import annotations

from functools import cache, wraps
from typing import Any, cast

from streamlit.runtime.state.safe_session_state import SafeSessionState


@cache
def callbacks_run_whole() -> None:
    """Let no message cut off the callbacks of the message before it; it is answered right after them.

    Streamlit looks for messages at every access to `st.session_state`, also in callbacks, and leaves the run when there
    is one; the callback is not called again. A text field says what was typed when a button is pressed, the button when
    it is let go, some 100 ms later: right when the field's callback is at work. What was typed would then be lost.
    There is no setting for this, so the method that calls them is wrapped. With `runner.fastReruns` off (a second
    thread would answer the next message beside the first), messages are answered one after the other.
    """
    answer = SafeSessionState.on_script_will_rerun

    @wraps(answer)
    def undisturbed(state: SafeSessionState, *args: Any, **kwargs: Any) -> None:
        runner: Any = getattr(state._yield_callback, "__self__", None)
        if runner is None or not runner._execing:
            answer(state, *args, **kwargs)
            return
        runner._execing = False  # it looks for messages only while it runs a script
        try:
            answer(state, *args, **kwargs)
        finally:
            runner._execing = True

    SafeSessionState.on_script_will_rerun = cast(Any, undisturbed)  # type: ignore[method-assign]
