"""What a macro of the project says, for Python: lists that are declared once, in SQL's own place."""

from typing import Any

from jinja2.sandbox import SandboxedEnvironment

from orchestration.transform.project import Manifest


def returned(manifest: Manifest, name: str) -> Any:
    """Return the constant that a macro without parameters returns; an empty list when the project has no such macro."""
    project = manifest["metadata"]["project_name"]
    macro = manifest["macros"].get(f"macro.{project}.{name}")
    found: list[Any] = []
    if macro is not None:
        environment = SandboxedEnvironment(extensions=["jinja2.ext.do"])
        environment.globals["return"] = found.append
        environment.from_string(macro["macro_sql"] + "{{ " + name + "() }}").render()
    return found[0] if found else []
