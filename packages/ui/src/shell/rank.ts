// How the palette ranks what fits. Pure.

/** Something with a name, and a note beside it. */
export interface Named {
  readonly name: string;
  readonly note: string;
}

/** Those that fit, best first: the beginning of the name, then of a word, then anywhere, then letters in order. */
export function rank<Item extends Named>(choices: readonly Item[], text: string): readonly Item[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return choices;
  return choices
    .map((choice) => ({ choice, score: scoreOf(choice, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score)
    .map(({ choice }) => choice);
}

function scoreOf({ name, note }: Named, wanted: string): number {
  const title = name.toLowerCase();
  if (title.startsWith(wanted)) return 5;
  const at = title.indexOf(wanted);
  if (at > 0) return /[\s\-./]/.test(title.charAt(at - 1)) ? 4 : 3;
  if (note.toLowerCase().includes(wanted)) return 2;
  return isSubsequence(wanted, title) ? 1 : 0;
}

function isSubsequence(wanted: string, text: string): boolean {
  let at = 0;
  for (const letter of wanted) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
