"""A websocket that echoes, and the health page of the live process."""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


async def health(request: Request) -> JSONResponse:
    return JSONResponse({"pid": os.getpid()})


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            data = await socket.receive_bytes()
            await socket.send_text(f"{os.getpid()} {len(data)}")
    except WebSocketDisconnect:
        return


application = Starlette(routes=[Route("/live/ws/health", health), WebSocketRoute("/live/ws/echo", echo)])
