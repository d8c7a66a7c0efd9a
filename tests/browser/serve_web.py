"""Runs `web` over the files of another folder, by web's own Python: python serve_web.py ROOT PORT."""

import sys
from pathlib import Path

import uvicorn
from unclench_web.app import create_app
from unclench_web.places import Places
from unclench_web.settings import read_settings

root, port = sys.argv[1:]
uvicorn.run(create_app(read_settings(), Places(Path(root))), host="127.0.0.1", port=int(port), log_level="error")
