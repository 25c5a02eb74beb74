/** Marks style sheets for editors and for the build, which ships them minified. */
export const css = String.raw;
