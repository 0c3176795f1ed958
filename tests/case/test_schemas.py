from __future__ import annotations

import copy
import json
import keyword
import re
import string
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable

from pipeline.case.filing import PATH_FIELDS
from pipeline.case.load import load_case
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import read_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.json.schema_files import FORMATS, schema_names, schema_text
from pipeline.formats.json.violations import validator
from pipeline.resources import shipped
from tests.support.cases import EXAMPLES, REMOVE, Edit, change

SCHEMAS: dict[str, Any] = {name: json.loads(schema_text(name)) for name in schema_names()}
#: Written by the program, not by people: nobody needs an example to fill them in.
WRITTEN = ("line", "manifest", "match", "report", "status", "timeline")
#: Schemas of which a case is made.
CASE_PARTS = sorted(set(SCHEMAS) - {*WRITTEN, "form-mapping", "mapping", "packet"})
BASE = "https://visa-packet.example/schemas/"

ONE = ("additionalProperties", "contains", "else", "if", "items", "not", "then")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
MAPS = ("$defs", "patternProperties", "properties")
NOTES = ("$schema", "$id", "$defs", "title", "description", "examples", "then", "else", "minContains", "maxContains")
KNOWN = {*Draft202012Validator.VALIDATORS, *NOTES}


def subschemas(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside ``schema`` with its path, itself first."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for name in ONE:
        yield from subschemas(schema.get(name), f"{path}/{name}")
    for name in LISTS:
        for index, part in enumerate(schema.get(name, ())):
            yield from subschemas(part, f"{path}/{name}/{index}")
    for name in MAPS:
        for key, part in schema.get(name, {}).items():
            yield from subschemas(part, f"{path}/{name}/{key}")


#: Every schema with the name of its file and its path.
ALL = [(name, path, schema) for name in SCHEMAS for path, schema in subschemas(SCHEMAS[name])]
#: Fields; not those that a condition only looks at.
PROPERTIES = [
    each
    for each in ALL
    if re.search(r"/properties/[^/]+$", each[1]) and not re.search(r"/(if|then|contains)/", each[1])
]


def unknown_keywords(schema: Any) -> list[str]:
    return [f"{path}/{name}" for path, part in subschemas(schema) for name in part if name not in KNOWN]


def unknown_formats(schema: Any) -> list[str]:
    return [part["format"] for _, part in subschemas(schema) if part.get("format", "date") not in FORMATS]


def unresolved(schemas: Mapping[str, Any]) -> list[str]:
    """References that lead out of ``schemas``."""
    registry: Registry[Any] = Registry().with_resources(
        (content["$id"], Resource.from_contents(content)) for content in schemas.values()
    )
    found = []
    for content in schemas.values():
        resolver = registry.resolver(content["$id"])
        for _, part in subschemas(content):
            try:
                if "$ref" in part:
                    resolver.lookup(part["$ref"])
            except Unresolvable:
                found.append(part["$ref"])
    return found


def open_objects(schema: Any) -> list[str]:
    """Paths of objects that take any field; fragments that only look at an object are no objects."""
    return [
        path
        for path, part in subschemas(schema)
        if (part.get("type") == "object" or "properties" in part)
        and part.get("additionalProperties") is not False
        and not re.search(r"/(if|then|contains)(/|$)", path)
    ]


def test_schemas_are_there() -> None:
    assert {"case", "patient", "passport", "visit", "common", "packet", "report", "manifest"} <= set(SCHEMAS)
    files = {path.name for path in shipped("schemas").iterdir()}
    assert files == {f"{name}.schema.json" for name in SCHEMAS} | {"questions.json", "words.ja.json", "words.zh.json"}


def test_schema_meets_the_metaschema(subtests: pytest.Subtests) -> None:
    for name, schema in SCHEMAS.items():
        with subtests.test(name):
            assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
            Draft202012Validator.check_schema(schema)


def test_the_metaschema_finds_a_wrong_type() -> None:
    with pytest.raises(SchemaError):
        Draft202012Validator.check_schema(SCHEMAS["case"] | {"required": "patient"})


def test_schema_is_named_by_its_file() -> None:
    assert {name: schema["$id"] for name, schema in SCHEMAS.items()} == {
        name: f"{BASE}{name}.schema.json" for name in SCHEMAS
    }


def test_every_field_that_names_a_file_is_known_to_be_one() -> None:
    """A cluster gets the files of PATH_FIELDS, and no other of the case."""
    fields = [(name, path.split("/")[-1], part) for name, path, part in PROPERTIES if name in CASE_PARTS]
    paths = {(name, field) for name, field, part in fields if part.get("$ref") == "common.schema.json#/$defs/path"}
    assert paths == {*(("attachments", field) for field in PATH_FIELDS), ("edited-documents", "path")}
    words = re.compile(r"\b(path|file)\b(?! name)|folder of the case", re.IGNORECASE)
    named = {
        (name, field)
        for name, field, part in fields
        if words.search(f"{field.replace('_', ' ')} {part['description']}")
    }
    assert named <= paths


@pytest.mark.case("A13")
def test_no_reference_leads_out() -> None:
    assert unresolved(SCHEMAS) == []


@pytest.mark.case("A13")
@pytest.mark.parametrize("target", ["https://example.com/x.json", "none.schema.json", "#/$defs/none"])
def test_a_reference_that_leads_out_is_found(target: str) -> None:
    schemas = copy.deepcopy(SCHEMAS)
    schemas["case"]["properties"]["patient"]["$ref"] = target
    assert unresolved(schemas) == [target]


@pytest.mark.case("A13")
def test_no_reference_is_ever_fetched() -> None:
    broken = validator("case").evolve(schema={"$ref": "https://example.com/x.json"})
    with pytest.raises(Exception, match=r"example\.com") as error:
        broken.is_valid({})
    assert isinstance(error.value.__cause__, Unresolvable) or isinstance(error.value, Unresolvable)


@pytest.mark.case("A13")
def test_no_schema_contains_itself() -> None:
    targets = {
        name: {
            part["$ref"].partition(".")[0]
            for _, part in subschemas(SCHEMAS[name])
            if "schema.json" in part.get("$ref", "")
        }
        for name in SCHEMAS
    }
    targets["common"].discard("common")

    def below(name: str, above: tuple[str, ...]) -> None:
        assert name not in above
        for target in targets[name]:
            below(target, (*above, name))

    for name in SCHEMAS:
        below(name, ())


@pytest.mark.case("A13")
def test_keywords_and_formats_are_known() -> None:
    assert {name: unknown_keywords(schema) for name, schema in SCHEMAS.items() if unknown_keywords(schema)} == {}
    assert {name: unknown_formats(schema) for name, schema in SCHEMAS.items() if unknown_formats(schema)} == {}


@pytest.mark.case("A13")
def test_a_keyword_with_a_typo_is_found() -> None:
    broken = copy.deepcopy(SCHEMAS["treatment"])
    broken["properties"]["visits"]["minItem"] = 1
    broken["properties"]["kind"]["format"] = "dat"
    assert unknown_keywords(broken) == ["/properties/visits/minItem"]
    assert unknown_formats(broken) == ["dat"]


def test_objects_are_closed() -> None:
    # What a result is, depends on the command; report.schema.json says so in its allOf.
    assert {name: open_objects(schema) for name, schema in SCHEMAS.items() if open_objects(schema)} == {
        "report": ["/properties/results/items"]
    }


def test_an_open_object_is_found() -> None:
    broken = copy.deepcopy(SCHEMAS["visit"])
    del broken["properties"]["procedures"]["items"]["additionalProperties"]
    assert open_objects(broken) == ["/properties/procedures/items"]


def objects(data: Any, pointer: str = "") -> Iterator[str]:
    if isinstance(data, dict):
        yield pointer
        for key, value in data.items():
            yield from objects(value, f"{pointer}/{key}")
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from objects(value, f"{pointer}/{index}")


CHEN = json.loads((EXAMPLES / "chen-lihua" / "case.json").read_text(encoding="utf-8"))


def test_an_unknown_field_is_found_in_every_object() -> None:
    assert validator("case").is_valid(CHEN)
    unnoticed = []
    for pointer in objects(CHEN):
        data = copy.deepcopy(CHEN)
        change(data, {f"{pointer}/unknown": 1})
        if validator("case").is_valid(data):
            unnoticed.append(pointer)
    assert unnoticed == []


def test_property_is_explained() -> None:
    assert [name + path for name, path, schema in PROPERTIES if not schema.get("title")] == []
    assert [name + path for name, path, schema in PROPERTIES if not schema.get("description")] == []


def test_property_has_an_example() -> None:
    fields = [each for each in PROPERTIES if each[0] not in WRITTEN]
    assert [name + path for name, path, schema in fields if not schema.get("examples")] == []


def test_example_is_valid() -> None:
    errors = [
        (name + path, error.message)
        for name, path, schema in ALL
        for example in schema.get("examples", ())
        for error in validator(name).evolve(schema=schema).iter_errors(example)
    ]
    assert errors == []


def test_a_wrong_example_is_found() -> None:
    schema = SCHEMAS["patient"]["properties"]["birth_date"]
    assert not validator("patient").evolve(schema=schema).is_valid("14.03.1992")


def test_text_and_lists_have_a_limit() -> None:
    limits = {"string": "maxLength", "array": "maxItems", "integer": "maximum"}
    needed = [
        (name + path, limits[schema["type"]], schema)
        for name, path, schema in ALL
        if name not in WRITTEN and str(schema.get("type")) in limits
    ]
    assert [(place, limit) for place, limit, schema in needed if limit not in schema] == []


@pytest.mark.case("A14")
def test_patterns_end_soon_on_long_text() -> None:
    patterns = [(name + path, schema["pattern"]) for name, path, schema in ALL if "pattern" in schema]
    assert [place for place, pattern in patterns if pattern != r"\S" and not re.fullmatch(r"\^.*\$", pattern)] == []
    for pattern in {pattern for _, pattern in patterns}:
        for filling in ("a", "A", "0", "-", " ", "a-", "0 ", "/a", "companion-"):
            re.search(pattern, filling * 20_000 + "!")


def test_no_field_hides_a_method_of_a_mapping() -> None:
    parts = [(name, part) for name in CASE_PARTS for _, part in subschemas(SCHEMAS[name])]
    fields = {(name, field) for name, part in parts for field in part.get("properties", {})}
    assert [each for each in fields if each[1] in dir(dict)] == []
    names = [each for each in fields if each[1] != "$schema"]
    assert [each for each in names if not re.fullmatch("[a-z][a-z_]*", each[1]) or keyword.iskeyword(each[1])] == []


@pytest.mark.parametrize(("name", "path"), [("patient", ()), ("companions", ("items",))])
def test_the_examples_of_a_person_do_not_contradict_each_other(name: str, path: tuple[str, ...]) -> None:
    part = json.loads(schema_text(name))
    for step in path:
        part = part[step]
    sex, born, number = (part["properties"][key]["examples"][0] for key in ("sex", "birth_date", "resident_id"))
    assert number[6:14] == born.replace("-", "")
    assert sex == ("male" if int(number[16]) % 2 else "female")


@pytest.mark.parametrize("example", ["wang-xiaoming", "chen-lihua"])
def test_good_examples_meet_the_schema(example: str) -> None:
    assert check_schema(read_json(EXAMPLES / example / "case.json"), "case") == []


# --- the problems of an invalid case


def problems(path: Any) -> list[Problem]:
    with pytest.raises(CaseError) as error:
        load_case(path)
    return list(error.value.problems)


def only(path: Any, code: str, pointer: str) -> Problem:
    [problem] = problems(path)
    assert (problem.code, problem.pointer) == (code, pointer)
    assert problem.line is not None
    assert problem.hint
    return problem


@pytest.mark.parametrize(
    ("edits", "pointer", "meant"),
    [
        ({"/patient/pasport": {}}, "/patient/pasport", "passport"),
        ({"/patient/brith_date": "1992-03-14"}, "/patient/brith_date", "birth_date"),
        ({"/visa/fillingdate": "2026-12-07"}, "/visa/fillingdate", "filing_date"),
        ({"/attachments/0/rolle": "x"}, "/attachments/0/rolle", "role"),
        ({"/tb_screening/steps/chest_x_ray": "2026-11-02"}, "/tb_screening/steps/chest_x_ray", "chest_xray"),
        ({"/Patient": {}}, "/Patient", "patient"),
    ],
)
def test_an_unknown_field_names_the_nearest(edit: Edit, edits: dict[str, Any], pointer: str, meant: str) -> None:
    path = edit(edits)
    problem = only(path, "schema-unknown-field", pointer)
    assert problem.hint == f"did you mean {meant!r}?"
    line = path.read_text(encoding="utf-8").splitlines()[(problem.line or 0) - 1]
    assert line[(problem.column or 0) - 1 :].startswith(json.dumps(pointer.rpartition("/")[2]))


@pytest.mark.parametrize("name", ["items", "__class__", "zzzz", "a/b", "a~b", ""])
def test_an_unknown_field_like_no_other_lists_the_known(edit: Edit, name: str) -> None:
    path = edit({})
    data = json.loads(path.read_text(encoding="utf-8"))
    data["visa"][name] = 1
    path.write_text(json.dumps(data), encoding="utf-8")
    plain = "/" not in name and "~" not in name
    problem = only(path, "schema-unknown-field", f"/visa/{name}" if plain else "/visa")
    assert (repr(name) in problem.message) == plain
    assert problem.hint == f"known here: {', '.join(SCHEMAS['visa']['properties'])}"


@pytest.mark.parametrize("name", ["王晓明", "WANG", "wang xiaoming", "x" * 41])
def test_a_value_in_the_place_of_a_key_is_not_repeated(edit: Edit, name: str) -> None:
    path = edit({})
    data = json.loads(path.read_text(encoding="utf-8"))
    data["patient"][name] = {"passport": "EJ0123456"}
    path.write_text(json.dumps(data), encoding="utf-8")
    problem = only(path, "schema-unknown-field", "/patient")
    assert name not in f"{problem.message} {problem.hint} {problem.pointer}"
    assert (
        path.read_text(encoding="utf-8")
        .splitlines()[(problem.line or 0) - 1][(problem.column or 0) - 1 :]
        .startswith('"')
    )


def test_a_missing_field_is_explained(edit: Edit) -> None:
    problem = only(edit({"/visa/letter_date": REMOVE}), "schema-required", "/visa")
    assert (problem.message, problem.args["field"]) == ("Which day are the letters dated?", "letter_date")
    assert SCHEMAS["visa"]["properties"]["letter_date"]["description"].rstrip(".") in problem.hint


def test_two_missing_fields_are_two_problems(edit: Edit) -> None:
    found = problems(edit({"/visa/letter_date": REMOVE, "/visa/entries": REMOVE}))
    assert [problem.args["field"] for problem in found] == ["entries", "letter_date"]


def test_a_missing_field_beside_another_mistake_is_no_question(edit: Edit) -> None:
    found = problems(edit({"/visa/letter_date": REMOVE, "/visa/entries": "twice"}))
    assert [problem.message for problem in found if problem.code == "schema-required"] == [
        "the field 'letter_date' is missing"
    ]


@pytest.mark.parametrize(
    "value",
    [
        "2023-02-29",
        "2027-02-30",
        "2100-02-29",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "31/12/2024",
        "2024-1-5",
        "20240105",
        "2024-W01-1",
        "2024-01-05T00:00:00",
        "2024-01-05 ",
        "２０２４-01-05",
        "٢٠٢٤-01-05",
        "",
    ],
)
def test_what_is_no_date(edit: Edit, value: str) -> None:
    problem = only(edit({"/visa/filing_date": value}), "schema-format", "/visa/filing_date")
    assert problem.message == "this is not a day of the calendar, written YYYY-MM-DD"


@pytest.mark.parametrize("value", ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
def test_what_is_a_date(value: str) -> None:
    assert FORMATS["date"](value)


@pytest.mark.parametrize(
    "value",
    [
        "no-at.example.com",
        "a@b",
        "a@@b.example",
        "a b@c.example",
        "a@-b.example",
        "a@b-.example",
        "a@b..example",
        "@b.example",
        "a@b.example ",
        "A <a@b.example>",
        "a@b.example, c@d.example",
        "ä@b.example",
        "a@ｂ.example",
        "a" * 65 + "@b.example",
        "a@" + "b" * 64 + ".example",
    ],
)
def test_what_is_no_email(edit: Edit, value: str) -> None:
    problem = only(edit({"/hospital/email": value}), "schema-format", "/hospital/email")
    assert problem.message == "this is not an e-mail address"


@pytest.mark.parametrize("value", ["a@b.example", "first.last+tag@sub-1.b.example", "o'neil_x@b.co", "0@1.jp"])
def test_what_is_an_email(value: str) -> None:
    assert FORMATS["email"](value)


def test_an_email_has_a_longest_length(edit: Edit) -> None:
    domain = ".".join(["b" * 60] * 4) + ".jp"
    assert only(edit({"/hospital/email": f"aaaaaaaaa@{domain}"}), "schema-maxLength", "/hospital/email")


NUMBERS = {
    "/patient/passport/number": "EJ0123456",
    "/patient/resident_id": "110105199203140032",
    "/hospital/corporate_number": "6010001000001",
    "/hospital/postal_code": "100-0000",
    "/patient/phone": "+86 10 0000 0123",
}


@pytest.mark.parametrize("pointer", NUMBERS)
@pytest.mark.parametrize("digits", ["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"])
def test_only_ascii_digits_are_digits(edit: Edit, pointer: str, digits: str) -> None:
    value = NUMBERS[pointer].translate(str.maketrans(string.digits, digits))
    only(edit({pointer: value}), "schema-pattern", pointer)
    value = NUMBERS[pointer][:-1] + digits[int(NUMBERS[pointer][-1])]
    only(edit({pointer: value}), "schema-pattern", pointer)


@pytest.mark.parametrize("pointer", NUMBERS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\t", "\0", "\u200b", "\u2028"])
def test_nothing_unseen_follows_a_number(edit: Edit, pointer: str, end: str) -> None:
    found = problems(edit({pointer: NUMBERS[pointer] + end}))
    assert {(problem.code, problem.pointer) for problem in found} == {("text-character", pointer)}


def test_a_short_passport_number_with_a_line_end_is_refused(edit: Edit) -> None:
    # Eight characters and a line end are nine, and ``$`` of a pattern matches before a line end.
    assert only(edit({"/patient/passport/number": "E0123456\n"}), "text-character", "/patient/passport/number")


@pytest.mark.parametrize("value", ["WАNG", "Wang", " WANG", "WÁNG", "王", "WANG2"])
def test_passport_letters_are_upper_case_latin(edit: Edit, value: str) -> None:
    only(edit({"/patient/name/surname": value}), "schema-pattern", "/patient/name/surname")


@pytest.mark.parametrize(
    ("pointer", "value", "code", "message"),
    [
        ("/patient", [], "schema-type", "this must be an object"),
        ("/companions", {}, "schema-type", "this must be a list"),
        ("/case_id", 5, "schema-type", "this must be text in quotes"),
        ("/patient/email", None, "schema-type", "this must be text in quotes"),
        ("/treatment/culture_and_release_days", "42", "schema-type", "this must be a whole number"),
        ("/treatment/culture_and_release_days", 42.5, "schema-type", "this must be a whole number"),
        ("/treatment/culture_and_release_days", True, "schema-type", "this must be a whole number"),
        ("/treatment/culture_and_release_days", 0, "schema-minimum", "this is less than 1"),
        ("/treatment/culture_and_release_days", 366, "schema-maximum", "this is more than 365"),
        ("/treatment/visits/0/hospitalised", 1, "schema-type", "this must be true or false"),
        ("/treatment/visits/0/hospitalised", "false", "schema-type", "this must be true or false"),
        ("/treatment/visits", [], "schema-minItems", "the list is shorter than 1"),
        ("/visa/entries", "Multiple", "schema-enum", "this must be one of: single, multiple"),
        ("/hospital/name/ja", "", "schema-pattern", "this does not have the form that the field requires"),
        ("/hospital/name/ja", " 　", "schema-pattern", "this does not have the form that the field requires"),
        ("/hospital/name/ja", "あ" * 101, "schema-maxLength", "this is longer than 100 characters"),
        ("/case_id", "con", "schema-not", "this is a name that cannot be used"),
        ("/case_id", "../x", "schema-pattern", "this does not have the form that the field requires"),
        ("/case_id", "a" * 65, "schema-pattern", "this does not have the form that the field requires"),
        (
            "/attachments/0/person",
            "companion-10",
            "schema-pattern",
            "this does not have the form that the field requires",
        ),
    ],
)
def test_one_mistake_is_one_problem_in_plain_words(
    edit: Edit, pointer: str, value: Any, code: str, message: str
) -> None:
    assert only(edit({pointer: value}), code, pointer).message == message


@pytest.mark.parametrize("value", [42, 42.0])
def test_a_whole_number_may_have_a_point(edit: Edit, value: float) -> None:
    found = load_case(edit({"/treatment/culture_and_release_days": value})).case.treatment.culture_and_release_days
    assert found == 42
    assert type(found) is int


@pytest.mark.parametrize(
    ("pointer", "most", "item"),
    [
        ("/companions", 9, None),
        ("/attachments", 60, {"role": "other", "path": "a.pdf"}),
        ("/treatment/visits", 12, None),
    ],
)
def test_lists_have_a_greatest_length(edit: Edit, pointer: str, most: int, item: Any) -> None:
    items = {"/companions": CHEN["companions"][0], "/treatment/visits": CHEN["treatment"]["visits"][0]}
    one = item or items[pointer]
    assert load_case(edit({pointer: [one] * most}))
    problem = only(edit({pointer: [one] * (most + 1)}), "schema-maxItems", pointer)
    assert problem.message == f"the list is longer than {most}"


def test_problems_come_in_the_order_of_the_file(edit: Edit) -> None:
    found = problems(edit({"/visa/entries": "x", "/patient/sex": "x", "/guarantor/kind": "x", "/case_id": "X"}))
    assert [problem.pointer for problem in found] == ["/case_id", "/patient/sex", "/guarantor/kind", "/visa/entries"]


def test_the_value_itself_is_never_reported(edit: Edit) -> None:
    for pointer in ("/case_id", "/patient/sex", "/patient/birth_date", "/patient/email", "/visa/entries"):
        for value in ("SECRET-王晓明", ["SECRET-王晓明"], {"x": "SECRET-王晓明"}):
            for problem in problems(edit({pointer: value})):
                assert "SECRET" not in problem.message + problem.hint
