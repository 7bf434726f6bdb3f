// Paths into a document: splitting them and following them (kyaml:utils/pathsplitter.go, yaml/fns.go PathGetter, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import { pathError, setField } from './edit.ts';
import { demandKind, fieldOf, isNull, makeCollection, makeScalar } from './tree.ts';

/** Splits at a delimiter; a backslash before it keeps it. */
export function splitPath(path: string, delimiter: string): string[] {
  let parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === '') parts = parts.slice(1);
  const result: string[] = [parts[0] ?? ''];
  for (const part of parts.slice(1)) {
    const last = result[result.length - 1] ?? '';
    if (last.endsWith('\\')) result[result.length - 1] = last.slice(0, -1) + delimiter + part;
    else result.push(part);
  }
  return result;
}

/** Splits at a delimiter, but not inside brackets: `a.[name=x.y].b` has three parts. */
export function splitSmartPath(path: string, delimiter: string): string[] {
  const result: string[] = [];
  const parts = splitPath(path, delimiter);
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? '';
    if (!part.startsWith('[') || part.endsWith(']')) {
      result.push(part);
      continue;
    }
    const bracketed = [part];
    while (index < parts.length - 1) {
      index += 1;
      const next = parts[index] ?? '';
      bracketed.push(next);
      if (next.endsWith(']')) break;
    }
    const joined = bracketed.join(delimiter);
    result.push(joined.includes('=') ? joined : joined.replace(/^[[\]]+|[[\]]+$/g, ''));
  }
  return result;
}

/** `[key=value]` or `[=value]`. */
export function isListIndex(part: string): boolean {
  return part.startsWith('[') && part.endsWith(']');
}

/** What Go's strconv.Atoi accepts; undefined for the rest. */
export function integerOf(part: string): number | undefined {
  return /^[+-]?\d+$/.test(part) ? Number(part) : undefined;
}

/** Key and value of a bracketed part. */
export function splitListIndex(part: string): { readonly name: string; readonly value: string } {
  const inner = part.slice(1, -1);
  const equals = inner.indexOf('=');
  if (equals < 0) throw pathError('list path element must contain fieldName=fieldValue for element to match');
  return { name: inner.slice(0, equals), value: inner.slice(equals + 1) };
}

/** The kind that a created part must have for the part after it. */
export function kindForNext(next: string | undefined, leaf: CreatedKind): CreatedKind {
  if (next === undefined || next === '') return leaf;
  const number = integerOf(next);
  return isListIndex(next) || (number !== undefined && number >= 0) ? 'sequence' : 'mapping';
}

/** Kinds that a lookup may create. */
export type CreatedKind = 'mapping' | 'sequence' | 'scalar';

/** Follows a path; undefined where it ends early (kyaml: Lookup). Null at the end counts as found. */
export function lookup(root: YamlNode | undefined, path: readonly string[]): YamlNode | undefined {
  let at = root;
  for (const raw of path) {
    const part = raw.trim();
    if (part === '') continue;
    if (at === undefined) return undefined;
    at = step(at, part);
  }
  return at;
}

function step(at: YamlNode, part: string): YamlNode | undefined {
  const index = integerOf(part);
  if (index !== undefined || part === '-') return elementAt(at, index ?? -1);
  if (part === '*') throw pathError('wildcard is not supported in PathGetter');
  if (isListIndex(part)) {
    const { name, value } = splitListIndex(part);
    return matchElement(at, name, value);
  }
  if (isNull(at)) return undefined;
  demandKind(at, 'mapping');
  return fieldOf(at, part);
}

function elementAt(at: YamlNode, index: number): YamlNode | undefined {
  if (index < -1) throw pathError(`array index ${String(index)} cannot be negative`);
  demandKind(at, 'sequence');
  return index < 0 ? at.content[at.content.length - 1] : at.content[index];
}

function matchElement(at: YamlNode, name: string, value: string): YamlNode | undefined {
  demandKind(at, 'sequence');
  if (name === '') return at.content.find((item) => item.value === value);
  return at.content.find((item) => item.kind === 'mapping' && fieldOf(item, name)?.value === value);
}

/** Follows a path of names and creates what is missing (kyaml: LookupCreate). */
export function lookupCreate(root: YamlNode, path: readonly string[], leaf: CreatedKind): YamlNode | undefined {
  const parts = path.map((part) => part.trim()).filter((part) => part !== '');
  let at: YamlNode | undefined = root;
  for (const [position, part] of parts.entries()) {
    if (at === undefined) return undefined;
    at = stepCreate(at, part, kindForNext(parts[position + 1], leaf));
  }
  return at;
}

function stepCreate(at: YamlNode, part: string, kind: CreatedKind): YamlNode | undefined {
  const index = integerOf(part);
  if (index !== undefined || part === '-') return elementAt(at, index ?? -1);
  if (part === '*') throw pathError('wildcard is not supported in PathGetter');
  if (isListIndex(part)) {
    const { name, value } = splitListIndex(part);
    return matchElement(at, name, value) ?? appendElement(at, name, value);
  }
  if (isNull(at)) return undefined;
  demandKind(at, 'mapping');
  const found = fieldOf(at, part);
  if (found !== undefined) return found;
  const created = kind === 'scalar' ? makeScalar('') : makeCollection(kind);
  setField(at, part, created);
  return created;
}

function appendElement(at: YamlNode, name: string, value: string): YamlNode {
  const scalar = makeScalar(value);
  const element = name === '' ? scalar : makeCollection('mapping', [makeScalar(name), scalar]);
  at.content.push(element);
  return element;
}
