// ESLint for the scripts that visitors' browsers run, and for the tests of these. Types are tsc's part (tsconfig.json).
import js from "@eslint/js";
import globals from "globals";

const html = "Texts go in as text, never as HTML: use make() or textContent.";

export default [
  { ignores: [".venv/**", "node_modules/**"] },
  js.configs.recommended,
  {
    files: ["**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-var": "error",
      "prefer-const": "error",
      "max-lines": ["error", 300],
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: html },
        { property: "outerHTML", message: html },
        { property: "insertAdjacentHTML", message: html },
        { object: "document", property: "write", message: html },
        { object: "document", property: "cookie", message: "Nothing here sets a cookie." },
      ],
    },
  },
  { files: ["unclench_web/static/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["unclench_web/static/widget.js"], languageOptions: { sourceType: "script" } },
  { files: ["js_tests/**/*.js", "*.config.js"], languageOptions: { globals: globals.node } },
];
