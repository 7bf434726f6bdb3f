// Long lists as text in pieces, so that neither the whole text nor its bytes are ever in memory at once. kube-apiserver
// streams lists likewise (apiserver:pkg/runtime/serializer/json/collections.go, 1.33 and later).

import { type Json, stringifyJson } from '@evenkeel/resource';

/** An answer with so many items is sent in pieces. */
const piecesFrom = 200;
/** Characters of a piece, roughly. */
const pieceSize = 64 * 1024;

/** The JSON of an answer's body in pieces, where it is a long list or table; undefined where it is not. */
export function jsonPieces(body: unknown, ofItem: (item: unknown) => unknown): Iterable<string> | undefined {
  if (body === null || typeof body !== 'object') return undefined;
  const long = longMember(body);
  return long === undefined ? undefined : pieces(body, long, ofItem);
}

/** JSON text of a value. */
export function jsonText(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    // Integers beyond doubles, which JSON.stringify does not know.
    return stringifyJson(body as Json);
  }
}

function longMember(body: object): string | undefined {
  const found = Object.entries(body).find(
    ([key, value]) => (key === 'items' || key === 'rows') && Array.isArray(value) && value.length >= piecesFrom,
  );
  return found?.[0];
}

function* pieces(body: object, long: string, ofItem: (item: unknown) => unknown): Generator<string> {
  let piece = '{';
  let separator = '';
  for (const [key, value] of Object.entries(body)) {
    if (value === undefined) continue;
    piece += `${separator}${JSON.stringify(key)}:`;
    separator = ',';
    if (key !== long) {
      piece += jsonText(value);
      continue;
    }
    let before = '[';
    for (const item of value as readonly unknown[]) {
      piece += before + jsonText(ofItem(item));
      before = ',';
      if (piece.length < pieceSize) continue;
      yield piece;
      piece = '';
    }
    piece += ']';
  }
  yield `${piece}}\n`;
}
