"""Builder: what an environment's ``python -m MODULE`` prints."""

import os
import subprocess
from pathlib import Path

if __name__ == "__main__":
    python = Path(os.environ["environment"]) / "bin" / "python3"
    with Path(os.environ["out"]).open("wb") as output:
        subprocess.run([python, "-m", os.environ["module"]], stdout=output, check=True, env={})
