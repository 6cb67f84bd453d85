"""The house rules of STYLE.md, read from the tree itself, so that a new file is covered on the day it is made."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("survey", "storage", "reporting", "scheduler", "bot")
MOST_MODULES = 12  # a folder of one subject; STYLE.md 2
MOST_WORDS = 8  # in the name of a test; STYLE.md 23
LONGEST = 50  # lines of a function, its head and docstring not counted; STYLE.md 9
MOST_POSITIONAL = 6  # parameters of a function, self not counted; STYLE.md 9


def modules(*rooms: str) -> Iterator[Path]:
    """Every Python file of ``rooms``, the migrations apart: they are frozen on the day they are made."""
    for room in rooms:
        yield from (path for path in sorted((ROOT / room).rglob("*.py")) if "versions" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_a_folder_holds_at_most_twelve_modules() -> None:
    counted = Counter(path.parent for path in modules(*ROOMS) if path.name != "__init__.py")
    assert {name_of(folder): number for folder, number in counted.items() if number > MOST_MODULES} == {}


def test_an_init_file_holds_no_logic() -> None:
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign)  # a docstring, re-exports and __all__
    wrong = [
        name_of(path)
        for path in modules(*ROOMS)
        if path.name == "__init__.py"
        and not all(isinstance(node, allowed) for node in ast.parse(path.read_text(encoding="utf-8")).body)
    ]
    assert wrong == []


def test_a_function_fits_on_one_screen() -> None:
    long = []
    for path in modules(*ROOMS):
        for each in functions(path):
            first = each.body[1] if ast.get_docstring(each) and len(each.body) > 1 else each.body[0]
            if (each.end_lineno or 0) - first.lineno + 1 > LONGEST:
                long.append(f"{name_of(path)}: {each.name}")
    assert long == []


def test_a_function_takes_few_positional_parameters() -> None:
    wide = []
    for path in modules(*ROOMS):
        for each in functions(path):
            names = [argument.arg for argument in (*each.args.posonlyargs, *each.args.args)]
            if len(names) - (names[:1] in (["self"], ["cls"])) > MOST_POSITIONAL:
                wide.append(f"{name_of(path)}: {each.name}")
    assert wide == []


def test_the_program_names_its_unit_in_texts() -> None:
    """Without a unit the catalogue is the example's, which only tests may ask customers by."""
    nameless = []
    for path in modules(*ROOMS):
        text = path.read_text(encoding="utf-8")
        named = re.findall(r"from survey\.packs\.catalogue import (?:Catalogue, )?load(?: as (\w+))?\b", text)
        for call in ast.walk(ast.parse(text)) if named else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in (*named, "load"):
                given = len(call.args) > 1 or any(each.arg == "unit" for each in call.keywords)
                nameless += [] if given else [f"{name_of(path)}:{call.lineno}"]
    assert nameless == []


def test_storage_holds_no_swedish_sentence() -> None:
    common = r"\b(och|inte|finns|ingen|inget|redan|ska|skriv)\b"
    sentence = re.compile(rf"[^\W\d_] .*[åäöÅÄÖ]|[åäöÅÄÖ].* [^\W\d_]|{common}")
    spoken = [
        f"{name_of(path)}:{node.lineno}: {node.value}"
        for path in modules("storage")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and sentence.search(node.value)
        # The register's columns and values as people write them are data: storage/register/headers.py.
        if path.name != "headers.py"
    ]
    assert spoken == []


def test_no_test_imports_another_test() -> None:
    found = [
        f"{name_of(path)}: {match}"
        for path in modules("tests")
        for match in re.findall(
            r"^\s*(?:from|import) (tests\.[\w.]*test_\w+)", path.read_text(encoding="utf-8"), re.M
        )
    ]
    assert found == []


@pytest.mark.parametrize("room", ROOMS)
def test_tests_mirror_the_rooms(room: str) -> None:
    """A folder of tests has the name of the folder that it is about."""
    about = {path.parent.relative_to(ROOT) for path in modules(room)}
    flat = {"planning", "delivery", "reconciliation"} if room == "scheduler" else set()  # one flat room, by subject
    here = {path.parent.relative_to(ROOT / "tests") for path in modules(f"tests/{room}")}
    assert {str(folder) for folder in here - about if folder.name not in flat} == set()


def test_a_name_of_a_test_is_short() -> None:
    long = [
        f"{name_of(path)}: {each.name}"
        for path in modules("tests")
        for each in functions(path)
        if each.name.startswith("test_") and len(each.name.split("_")) - 1 > MOST_WORDS
    ]
    assert long == []
