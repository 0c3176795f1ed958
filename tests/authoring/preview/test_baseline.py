"""The set at a revision of a real git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pipeline.authoring.preview import baseline as module
from pipeline.authoring.preview.baseline import open_baseline
from pipeline.errors import InputError, Problem, TemplateError, VisaPacketError
from tests.support.built import make_set, snapshot

pytestmark = pytest.mark.skipif(
    subprocess.run(["git", "--version"], capture_output=True, check=False).returncode != 0,  # noqa: S607
    reason="needs git",
)


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def in_git(tmp_path: Path) -> Path:
    """A set in a repository: committed, tagged ``before``, then changed and committed again."""
    top = tmp_path / "repository"
    top.mkdir()
    git(top, "init", "--quiet")
    git(top, "commit", "--quiet", "--allow-empty", "-m", "empty")
    git(top, "tag", "empty")
    folder = make_set(top / "sets é" / "small", "before {{ patient.name.chinese }}")
    (folder / "letter.docx").chmod(0o755)
    git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "before")
    git(top, "tag", "before")
    (folder / "letter.docx").write_bytes(b"now")
    git(top, "commit", "--quiet", "-am", "now")
    return folder


def refused(templates: Path | str, against: str, kind: type[VisaPacketError]) -> Problem:
    with pytest.raises(kind) as error, open_baseline(str(templates), against):
        pass
    [problem] = error.value.problems
    assert problem.hint
    return problem


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    other = make_set(tmp_path / "other")
    with open_baseline("medical-stay", str(other)) as baseline:
        assert (baseline.folder, baseline.label) == (other, "other")


def test_a_revision_gives_the_files_as_they_were(in_git: Path) -> None:
    with open_baseline(str(in_git), "before") as baseline:
        assert baseline.label.startswith("before (")
        files = snapshot(baseline.folder)
        assert sorted(files) == ["letter.docx", "packet.json"]
        assert files["letter.docx"].startswith(b"PK")
        assert files["packet.json"] == (in_git / "packet.json").read_bytes()
    assert not baseline.folder.exists()
    assert (in_git / "letter.docx").read_bytes() == b"now"


def test_the_set_may_be_the_whole_repository(tmp_path: Path) -> None:
    folder = make_set(tmp_path / "set")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "all")
    with open_baseline(str(folder), "HEAD") as baseline:
        assert set(snapshot(baseline.folder)) == {"letter.docx", "packet.json"}


def test_the_variables_of_a_hook_do_not_lead_elsewhere(in_git: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    with open_baseline(str(in_git), "before") as baseline:
        assert (baseline.folder / "packet.json").is_file()


def test_links_and_folders_in_the_set_are_left_out(in_git: Path) -> None:
    (in_git / "link.docx").symlink_to("/etc/hostname")
    (in_git / "drafts").mkdir()
    (in_git / "drafts" / "letter.docx").write_bytes(b"draft")
    git(in_git, "add", ".")
    git(in_git, "commit", "--quiet", "-m", "more")
    with open_baseline(str(in_git), "HEAD") as baseline:
        assert set(snapshot(baseline.folder)) == {"letter.docx", "packet.json"}


@pytest.mark.parametrize(
    "revision", ["nowhere", "", "--output=stolen", "-h", "before:sets", "HEAD^{blob}", "a b", "😀"]
)
def test_an_unknown_revision_is_wrong_use(in_git: Path, revision: str) -> None:
    problem = refused(in_git, revision, InputError)
    assert problem.code == "template-revision"
    assert not list(in_git.parents[1].rglob("stolen*"))


def test_what_looks_like_an_option_never_reaches_git(in_git: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = module._run_git

    def noted(folder: Path, *arguments: str) -> bytes | None:
        asked.extend(arguments)
        return real(folder, *arguments)

    monkeypatch.setattr(module, "_run_git", noted)
    refused(in_git, "--output=stolen", InputError)
    assert asked == ["rev-parse", "--show-prefix"]


def test_a_revision_without_the_set(in_git: Path) -> None:
    problem = refused(in_git, "empty", TemplateError)
    assert problem.code == "template-revision"
    assert problem.file == "empty:sets é/small"


def test_a_set_outside_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert refused(make_set(tmp_path / "set"), "HEAD", InputError).code == "template-repository"


def test_a_set_that_is_nowhere() -> None:
    assert refused("no-such-set", "HEAD", InputError).code == "template-repository"


def test_git_may_be_missing(in_git: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert refused(in_git, "HEAD", InputError).code == "template-git"


def test_git_may_hang(in_git: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(module, "_SECONDS", 0.2)
    assert refused(in_git, "HEAD", InputError).code == "template-git"


@pytest.mark.parametrize("against", ["before", "folder"])
def test_a_failure_is_reported_of_the_other_version(in_git: Path, tmp_path: Path, against: str) -> None:
    given = str(make_set(tmp_path / "other")) if against == "folder" else against
    with pytest.raises(TemplateError) as error, open_baseline(str(in_git), given) as baseline:
        raise TemplateError(
            Problem("template-x", "error", "it is wrong", "correct it", str(baseline.folder / "letter.docx"))
        )
    [problem] = error.value.problems
    assert problem.message == "in the version to compare with: it is wrong"
    assert problem.file == (f"{given}/letter.docx" if against == "folder" else "before:sets é/small/letter.docx")
