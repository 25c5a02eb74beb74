import js from "@eslint/js";
import * as lit from "eslint-plugin-lit";
import globals from "globals";
import tseslint from "typescript-eslint";

/** Who may import whom: CONTRIBUTING.md shows the same table to people. Each pattern names what a room must not reach. */
const room = (files, forbidden, message) => ({
  files,
  rules: {
    "no-restricted-imports": ["error", { patterns: forbidden.map((regex) => ({ regex, message })) }],
  },
});

export default tseslint.config(
  { ignores: ["dist/", "build/", "coverage/", "node_modules/", ".tmp/"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: {
        project: ["./tsconfig.json", "./card/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/unified-signatures": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" },
      ],
      "max-lines": ["warn", { max: 300, skipComments: true, skipBlankLines: true }],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  room(["shared/**"], ["^(?!\\./)"], "shared/ is the language: it imports nothing but itself."),
  room(
    ["bridge/planner/**"],
    ["^(?!\\./|\\.\\./[a-z-]+\\.ts$|(\\.\\./)+shared/|\\.\\./planner/)"],
    "The planner is pure: only shared/ and itself.",
  ),
  room(
    ["bridge/ocpp/**"],
    ["/(chargers|hass|site|planner|store|http|config)/"],
    "ocpp/ knows no charger, no Home Assistant.",
  ),
  room(
    ["bridge/hass/**"],
    ["/(chargers|ocpp|planner|site|store|http|config)/"],
    "hass/ knows no driver and no planner.",
  ),
  room(
    ["bridge/chargers/*.ts", "bridge/chargers/*/**"],
    ["/(hass|planner|site|http|config|store)/"],
    "Drivers know nothing of Home Assistant or the planner.",
  ),
  room(["bridge/site/**"], ["/(hass|ocpp|http|config)/"], "site/ is handed plain functions by main.ts."),
  room(
    ["bridge/{store,http,config}/**"],
    ["/(chargers/[a-z]+|ocpp|planner|hass)/"],
    "store, http and config know no driver.",
  ),
  room(["card/**"], ["/bridge/"], "The card speaks shared/ only."),
  {
    files: ["card/**/*.ts", "test/card/**/*.ts"],
    ...lit.configs["flat/recommended"],
    languageOptions: { globals: globals.browser },
  },
  { files: ["bridge/demo/page/**/*.js"], languageOptions: { globals: globals.browser } },
  {
    files: ["test/**", "scripts/**", "bridge/cli.ts", "bridge/commands/**"],
    rules: { "no-console": "off" },
  },
  {
    files: ["test/**"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "max-lines": "off",
    },
  },
  // The chai assertions of the browser tests look like promises to the checker; only `accessible()` is one.
  { files: ["test/card/**"], rules: { "@typescript-eslint/no-floating-promises": "off" } },
  { files: ["**/*.mjs", "**/*.js"], ...tseslint.configs.disableTypeChecked },
);
