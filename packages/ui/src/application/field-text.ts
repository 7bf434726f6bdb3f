// Paths and values of fields as text. Pure.

/** `.spec.containers[name="web"].image` to its parts; dots within brackets and quotes do not part. */
export function breadcrumb(path: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let quoted = false;
  for (const letter of path) {
    if (letter === '"') quoted = !quoted;
    if (!quoted && letter === '[') depth += 1;
    if (!quoted && letter === ']') depth -= 1;
    if (letter === '.' && depth === 0 && !quoted) {
      if (part !== '') parts.push(part);
      part = '';
    } else part += letter;
  }
  if (part !== '') parts.push(part);
  return parts;
}

/** A value as one reads it: scalars plain, empty texts quoted, the rest as indented JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value === '' || value !== value.trim() ? JSON.stringify(value) : value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : String(value);
}
