"""Files that the Train page hands out."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from musicflamingo_app.errors import MissingPackage

SCRIPT = Path("package_data") / "plotly.min.js"


def script_of(request: Request, package: str) -> Response:
    """The script in plotly's folder, kept by the browser until the package changes. Raises MissingPackage."""
    path = Path(package) / SCRIPT
    if not path.is_file():
        raise MissingPackage("The installed plotly brings no script.", "Run: pip install --force-reinstall plotly")
    stat = path.stat()
    tag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type="text/javascript", headers=headers, stat_result=stat)
