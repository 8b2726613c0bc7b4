"""The verifier runs from a folder that holds nothing else of ours, on the standard library and `cryptography`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from policy.canonical import decode
from tests.policy.proof.sample import made

ROOT = Path(__file__).parents[3]
LISTING = "import sys, policy.proof.verify as v; print(*sorted(sys.modules), sep='\\n')"


def alone(folder: Path) -> Path:
    """A copy of the verifier's files."""
    (folder / "policy").mkdir(parents=True)
    for name in ("__init__.py", "canonical.py"):
        shutil.copy(ROOT / "policy" / name, folder / "policy" / name)
    shutil.copytree(
        ROOT / "policy" / "proof", folder / "policy" / "proof", ignore=shutil.ignore_patterns("__pycache__")
    )
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "policy.proof.verify", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_imports_the_standard_library_and_cryptography_alone(tmp_path):
    listed = subprocess.run(
        [sys.executable, "-c", LISTING], cwd=alone(tmp_path / "v"), capture_output=True, text=True, check=True
    )
    outside = {name.split(".")[0] for name in listed.stdout.split()} - set(sys.stdlib_module_names)
    assert {name for name in outside if not name.startswith("_")} <= {"cryptography", "policy"}
    ours = {name for name in listed.stdout.split() if name.startswith("policy.")}
    assert all(name.startswith("policy.proof") or name == "policy.canonical" for name in ours)
    assert (ROOT / "policy" / "__init__.py").read_text() == ""


def test_zip_and_folder_give_the_same_answers(tmp_path):
    bundle, home = made(), alone(tmp_path / "v")
    (tmp_path / "bundle.zip").write_bytes(bundle.zip)
    (tmp_path / "card").write_bytes(bundle.card)
    for path, content in bundle.files.items():
        (tmp_path / "bundle" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bundle" / path).write_bytes(content)
    outputs = []
    for name in ("bundle.zip", "bundle"):
        done = run(home, str(tmp_path / name), "--trust", str(tmp_path / "card"), "--json")
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    assert decode(outputs[0].strip().encode())["answer"] == "proven"


def test_exit_codes(tmp_path):
    bundle, home = made(), alone(tmp_path / "v")
    (tmp_path / "good.zip").write_bytes(bundle.zip)
    (tmp_path / "bad.zip").write_bytes(bundle.zip[:-1])
    (tmp_path / "card").write_bytes(b"quorum nobody\n")
    assert run(home, str(tmp_path / "good.zip")).returncode == 2
    assert run(home, str(tmp_path / "bad.zip")).returncode == 1
    missing = run(home, str(tmp_path / "missing.zip"))
    assert (missing.returncode, missing.stdout) == (3, "")
    assert "No such file" in missing.stderr
    card = run(home, str(tmp_path / "good.zip"), "--trust", str(tmp_path / "card"))
    assert card.returncode == 3
    assert "line 1" in card.stderr


def test_a_folder_with_a_link_is_no_bundle(tmp_path):
    home = alone(tmp_path / "v")
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "report.html").symlink_to("/etc/hostname")
    done = run(home, str(tmp_path / "bundle"))
    assert done.returncode == 3
    assert "not a plain file" in done.stderr
