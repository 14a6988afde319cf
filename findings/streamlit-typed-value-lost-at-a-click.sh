#!/usr/bin/env bash
# What: in a Streamlit app that takes in what is typed in `on_change`, what was typed is lost if the button that ends
#   the typing is let go while the callback is at work: the callback is left half-way and never called again.
#
# Versions: streamlit 1.67.0, Python 3.11.
#
# One would expect: a value typed in a field and then a click on a button give both callbacks, the field's first, as the
#   documentation says of callbacks; they do if the field's callback is quick, or the click comes late.
#
# Seen: the field says what was typed when the button is pressed, the button when it is let go; a finger rests 100 to
#   150 ms on it. A message that comes while a callback is at work ends that callback where it next touches
#   `st.session_state`. The value counts as known then, so the next run calls no callback for it. No error, no warning,
#   and the field shows what was typed. With `runner.fastReruns` on or off.
#
# Why it matters: forms in which people set numbers and then press "Generate" or "Save" (labels, shares, thresholds) make
#   data with the numbers of before, and the screen says otherwise.
#
# Instead: let the button's callback read all fields itself; keep callbacks free of `st.session_state` after slow work; or
#   put fields and button in an `st.form`.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile streamlit==1.67.0 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >app.py <<'PY'
import time

import streamlit as st

log = st.session_state.setdefault("log", [])


def typed():
    time.sleep(0.5)  # such as saving what was typed
    st.session_state.log.append(f"typed {st.session_state.field}")


def clicked():
    st.session_state.log.append(f"clicked with {st.session_state.field}")


st.text_input("Rows", key="field", on_change=typed)
st.button("Generate", on_click=clicked)
st.text("LOG " + ", ".join(log))
PY

cat >see.py <<'PY'
import asyncio
import socket
import subprocess
import sys
import urllib.request

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Browser:
    """What a browser sends and hears, without one."""

    def __init__(self, socket_):
        self.socket, self.ids, self.log = socket_, {}, ""

    async def send(self, text=None, click=False):
        message = BackMsg()
        message.rerun_script.query_string = ""
        if text is not None:
            message.rerun_script.widget_states.widgets.add(id=self.ids["text_input"], string_value=text)
        if click:
            message.rerun_script.widget_states.widgets.add(id=self.ids["button"], trigger_value=True)
        await self.socket.send(message.SerializeToString())

    async def hear(self, seconds):
        """Read all that comes until nothing has come for so long."""
        while True:
            try:
                data = await asyncio.wait_for(self.socket.recv(), seconds)
            except (TimeoutError, asyncio.TimeoutError):
                return
            element = ForwardMsg.FromString(data).delta.new_element
            kind = element.WhichOneof("type")
            if kind in ("text_input", "button"):
                self.ids[kind] = getattr(element, kind).id
            elif kind == "text":
                self.log = element.text.body


async def session(url, rest):
    """Type, press the button (which ends the typing), and let it go after `rest` seconds."""
    async with websockets.connect(url, subprotocols=["streamlit"], max_size=None) as socket_:
        browser = Browser(socket_)
        await browser.send()
        await browser.hear(3)
        await browser.send("3000")
        await asyncio.sleep(rest)
        await browser.send("3000", click=True)
        await browser.hear(3)
        return browser.log


async def main():
    for fast in ("true", "false"):
        with socket.socket() as probe:
            probe.bind(("localhost", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.headless=true"]
        options = [f"--runner.fastReruns={fast}", "--browser.gatherUsageStats=false", "--server.address=localhost"]
        server = subprocess.Popen(command + options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5)
                    break
                except OSError:
                    await asyncio.sleep(0.1)
            for rest in (2.0, 0.15):
                log = await session(f"ws://localhost:{port}/_stcore/stream", rest)
                print(f"fastReruns {fast:5} let go after {rest} s: {log}")
        finally:
            server.terminate()
            server.wait()


asyncio.run(main())
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
fastReruns true  let go after 2.0 s: LOG typed 3000, clicked with 3000
fastReruns true  let go after 0.15 s: LOG clicked with 3000
fastReruns false let go after 2.0 s: LOG typed 3000, clicked with 3000
fastReruns false let go after 0.15 s: LOG clicked with 3000
TXT
