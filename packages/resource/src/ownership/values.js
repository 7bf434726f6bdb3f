// JSON values as structured-merge-diff sees them: absent (undefined), null, scalar, list or map.
/** A JSON object, not null and not a list. */
export function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** A JSON list. */
export function isList(value) {
  return Array.isArray(value);
}
/** A string, number or boolean; neither null nor absent. */
export function isScalar(value) {
  return value !== undefined && value !== null && typeof value !== 'object';
}
/** An object with no members; `undefined` members count as absent. */
export function isEmptyMap(value) {
  for (const key in value) if (value[key] !== undefined) return false;
  return true;
}
/** Deep equality of JSON, whatever the order of keys; 1 and 1n are one number. */
export function equalValues(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return equalNumbers(a, b);
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (!equalValues(a[index], b[index])) return false;
    return true;
  }
  return isMap(a) && isMap(b) && equalMaps(a, b);
}
function equalMaps(a, b) {
  let size = 0;
  for (const key in a) {
    const value = a[key];
    if (value === undefined) continue;
    size++;
    const other = b[key];
    if (other === undefined || !equalValues(value, other)) return false;
  }
  for (const key in b) if (b[key] !== undefined) size--;
  return size === 0;
}
function equalNumbers(a, b) {
  if (typeof a === 'bigint' && typeof b === 'number') return Number.isInteger(b) && BigInt(b) === a;
  if (typeof a === 'number' && typeof b === 'bigint') return Number.isInteger(a) && BigInt(a) === b;
  return false;
}
/** The value as Go's %v prints what a YAML or JSON decoder made of it. */
export function goPrint(value) {
  if (value === undefined || value === null) return '<nil>';
  if (isList(value)) return `[${value.map(goPrint).join(' ')}]`;
  if (isMap(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${key}:${goPrint(value[key])}`);
    return `map[${members.join(' ')}]`;
  }
  return String(value);
}
/** The name of the Go type a decoder gives the value. */
export function goType(value) {
  if (value === undefined || value === null) return '<nil>';
  if (isList(value)) return '[]interface {}';
  if (isMap(value)) return 'map[string]interface {}';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int64' : 'float64';
}
/** A scalar or tree in Go syntax (%#v), for the texts of type errors. */
export function goSyntax(value) {
  if (value === undefined || value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (isList(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isMap(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${goQuote(key)}:${goSyntax(value[key])}`);
    return `map[string]interface {}{${members.join(', ')}}`;
  }
  return String(value);
}
const shortEscapes = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
/** A string as Go's %q prints it. */
export function goQuote(text) {
  // oxlint-disable-next-line no-control-regex -- control characters are what is being escaped
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]|[^\P{C}]|[^\P{Z} ]/gu, (character) => {
    const short = shortEscapes[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
    return `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `"${escaped}"`;
}
