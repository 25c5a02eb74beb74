/** Words that share one thing stand together: `[["lock", "reserved disabled"]]`. */
export type Groups<Name> = readonly (readonly [Name, string])[];

/** The group that holds a word. */
export function groupOf<Name>(groups: Groups<Name>, word: string): Name | undefined {
  return groups.find(([, words]) => ` ${words} `.includes(` ${word} `))?.[0];
}
