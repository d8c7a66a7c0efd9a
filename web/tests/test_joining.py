"""Joining modules into one script."""

import pytest

from unclench_web.joining import CannotJoin, join_modules, join_styles


def test_what_is_imported_comes_first_and_keeps_its_own_names() -> None:
    main = 'import { say as speak } from "./say.js";\nimport * as words from "./kinds/words.js";\nspeak(words);\n'
    say = 'import { hello } from "./kinds/words.js";\nconst own = 1;\nexport function say() { hello; own; }\n'
    words = 'export const hello = "hello";\nexport class Word {}\nexport async function learn() {}\n'
    joined = join_modules({"chat/main.js": main, "chat/say.js": say, "chat/kinds/words.js": words}, "chat/main.js")
    order = [joined.index(f"const ${name} =") for name in ("chat_kinds_words", "chat_say", "chat_main")]
    assert order == sorted(order)
    assert "const { say: speak } = $chat_say;" in joined
    assert "const words = $chat_kinds_words;" in joined
    assert "return { hello, Word, learn };" in joined
    assert "import" not in joined and "export" not in joined


def test_comments_that_fill_lines_are_left_out_and_those_within_code_stay() -> None:
    head = "/** Says what it is. */\n/**\n * More.\n */\n"
    source = head + 'const a = 1;\n  // why\n/** @type {any} */ (a).b = "/* no comment */";\n'
    joined = join_modules({"main.js": source}, "main.js")
    assert "Says" not in joined and "More" not in joined and "why" not in joined
    assert '/** @type {any} */ (a).b = "/* no comment */";' in joined


@pytest.mark.parametrize(
    "source",
    [
        "export default 1;",
        "export let a = 1;",
        "export { a };",
        'import "./other.js";',
        'import a from "./other.js";',
        'import { a } from "elsewhere";',
        'export * from "./other.js";',
    ],
)
def test_a_form_that_cannot_be_joined_is_refused_by_name(source: str) -> None:
    with pytest.raises(CannotJoin, match="main.js: this form"):
        join_modules({"main.js": source + "\n"}, "main.js")


def test_a_missing_a_forgotten_and_a_circular_module_are_refused() -> None:
    with pytest.raises(CannotJoin, match=r"main.js:2: there is no gone.js"):
        join_modules({"main.js": '\nimport { a } from "./gone.js";\n'}, "main.js")
    with pytest.raises(CannotJoin, match=r"kinds/new.js: no module imports it"):
        join_modules({"main.js": "", "kinds/new.js": ""}, "main.js")
    with pytest.raises(CannotJoin, match="imports itself"):
        join_modules(
            {"main.js": 'import { a } from "./a.js";\n', "a.js": 'import { b } from "./main.js";\n'}, "main.js"
        )


def test_styles_are_joined_in_order_without_comments() -> None:
    assert join_styles(["/* one */\na { b: c }\n", "d { e: f }\n"]) == "a { b: c }\nd { e: f }\n"
