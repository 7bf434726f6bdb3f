// One line of a policy: fields between commas, as Go's encoding/csv reads them, and what they say.
// Mirrors argoproj/argo-cd:util/rbac/rbac.go loadPolicyLine (3.6).

/** `p, subject, resource, action, object, effect` */
export interface PolicyRule {
  readonly subject: string;
  readonly resource: string;
  readonly action: string;
  readonly object: string;
  /** `allow` or `deny`; a rule with any other word decides nothing. */
  readonly effect: string;
}

/** `g, member, role` */
export interface Binding {
  readonly member: string;
  readonly role: string;
}

/** What a line says. `ignored` are lines that the original takes and never looks at. */
export type PolicyLine =
  | { readonly kind: 'rule'; readonly rule: PolicyRule }
  | { readonly kind: 'binding'; readonly binding: Binding }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'problem'; readonly sentence: string };

/** White space as Go's unicode.IsSpace has it, which is not quite ours. */
const space = String.raw`[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const around = new RegExp(`^${space}+|${space}+$`, 'gu');
const leading = new RegExp(`^${space}+`, 'u');

/** Reads a line. Space before a field is dropped; space behind one belongs to it, as in the original. */
export function readPolicyLine(text: string): PolicyLine {
  const line = text.replace(around, '');
  if (line === '' || line.startsWith('#')) return { kind: 'nothing' };
  const read = readFields(line);
  if (typeof read === 'string')
    return { kind: 'problem', sentence: `error parsing policy line ${quoted(line)}: ${read}` };
  const [key = '', ...rest] = read;
  const problem = fieldsProblem(key, rest.length + 1);
  if (problem !== undefined) return { kind: 'problem', sentence: `invalid RBAC policy: ${line} (${problem})` };
  const [first = '', second = '', action = '', object = '', effect = ''] = rest;
  if (key === 'p') return { kind: 'rule', rule: { subject: first, resource: second, action, object, effect } };
  if (key === 'g') return { kind: 'binding', binding: { member: first, role: second } };
  return { kind: 'ignored' };
}

/** Sections of the original's model: lines that begin with one of them are taken. */
const sections: ReadonlySet<string> = new Set(['p', 'g', 'r', 'e', 'm']);

function fieldsProblem(key: string, count: number): string | undefined {
  if (!sections.has(key)) return `a line begins with p or g, not with ${quoted(key)}`;
  if (key === 'p' && count !== 6)
    return `a p line has 6 fields: p, subject, resource, action, object, allow or deny; this one has ${count}`;
  if (key === 'g' && count !== 3) return `a g line has 3 fields: g, user or group, role; this one has ${count}`;
  return undefined;
}

/** The fields, or what is wrong in the words of encoding/csv, whose columns count bytes. */
function readFields(line: string): readonly string[] | string {
  const fields: string[] = [];
  let rest = line;
  const columnOf = (left: string): number => bytes(line) - bytes(left) + 1;
  const wrong = (column: number, what: string): string => `parse error on line 1, column ${column}: ${what}`;
  for (;;) {
    rest = rest.replace(leading, '');
    if (!rest.startsWith('"')) {
      const comma = rest.indexOf(',');
      const field = comma < 0 ? rest : rest.slice(0, comma);
      const quote = field.indexOf('"');
      if (quote >= 0) return wrong(columnOf(rest.slice(quote)), 'bare " in non-quoted-field');
      fields.push(field);
      if (comma < 0) return fields;
      rest = rest.slice(comma + 1);
      continue;
    }
    const match = /^"((?:[^"]|"")*)("?)(,?)/.exec(rest);
    const [whole = '', inner = '', close = '', comma = ''] = match ?? [];
    const left = rest.slice(whole.length);
    const misplaced = 'extraneous or missing " in quoted-field';
    if (close === '') return wrong(columnOf(''), misplaced);
    if (comma === '' && left !== '') return wrong(columnOf(left) - 1, misplaced);
    fields.push(inner.replaceAll('""', '"'));
    if (comma === '') return fields;
    rest = left;
  }
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
