"""Write the example project into a folder and run it: python pipelines/example/run.py [FOLDER]."""

import sys
from pathlib import Path

import datasummary

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "example-project")
if not (folder / "datasummary.yaml").exists():
    datasummary.init(folder, example=True)

project = datasummary.Project.load(folder / "datasummary.yaml")
datasummary.run(project)
print(f"Open {project.out / 'public' / 'public-summary.html'}")
