// Finds every place that a replacement's path leads to: fields, indexes, `[key=pattern]`, `*`, and into text that is
// itself YAML or JSON (kyaml:yaml/match.go PathMatcher, v0.21.1).

import { YamlError, type YamlNode, emitYamlNodes, parseYamlNodes } from '@evenkeel/resource';

import { partPattern } from '../resources/pattern.ts';
import { pathError, setField } from './edit.ts';
import { type CreatedKind, integerOf, isListIndex, kindForNext, splitListIndex } from './paths.ts';
import { demandKind, fieldOf, isNull, makeCollection, makeScalar } from './tree.ts';

/**
 * The nodes at the end of `path`; undefined where it leads nowhere. With `create`, what is missing is made, the last part
 * as that kind. Throws KustomizeError where a part does not fit what it meets.
 */
export function matchPath(
  root: YamlNode,
  path: readonly string[],
  create: CreatedKind | undefined,
): readonly YamlNode[] | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return [root];
  const index = integerOf(part);
  if (index !== undefined && index >= 0) return matchIndex(root, index, { rest, create });
  if (isListIndex(part)) return matchItems(root, part, { rest, create });
  if (part === '*') return matchEvery(root, { rest, create });
  return matchField(root, part, { rest, create });
}

interface Way {
  readonly rest: readonly string[];
  readonly create: CreatedKind | undefined;
}

function matchEvery(root: YamlNode, way: Way): readonly YamlNode[] | undefined {
  demandKind(root, 'sequence');
  let found: YamlNode[] | undefined;
  for (const item of root.content) {
    const matches = matchPath(item, way.rest, way.create);
    if (matches !== undefined) found = [...(found ?? []), ...matches];
  }
  return found;
}

function matchField(root: YamlNode, name: string, way: Way): readonly YamlNode[] | undefined {
  let field: YamlNode | undefined;
  if (!isNull(root)) {
    demandKind(root, 'mapping');
    field = fieldOf(root, name);
  }
  if (field === undefined) {
    if (way.create === undefined) return undefined;
    field = makeNode(kindForNext(way.rest[0], way.create));
    setField(root, name, field);
  }
  if (field.kind === 'scalar' && way.rest.length > 0) return matchInText(field, way);
  return matchPath(field, way.rest, way.create);
}

function makeNode(kind: CreatedKind): YamlNode {
  return kind === 'scalar' ? makeScalar('') : makeCollection(kind);
}

/** The text of a scalar as a document of its own. Changes there are lost unless the caller writes them back. */
function matchInText(field: YamlNode, way: Way): readonly YamlNode[] | undefined {
  const root = parseText(field.value);
  if (root === undefined) return undefined;
  return matchPath(root, way.rest, way.create);
}

/** The root of a text read as YAML; undefined for empty text. Throws KustomizeError. */
export function parseText(text: string): YamlNode | undefined {
  try {
    return parseYamlNodes(text, { firstOnly: true })[0]?.content[0];
  } catch (error) {
    if (error instanceof YamlError) throw pathError(error.message);
    throw error;
  }
}

function matchIndex(root: YamlNode, index: number, way: Way): readonly YamlNode[] | undefined {
  demandKind(root, 'sequence');
  const count = root.content.length;
  if (count === index && way.create !== undefined) root.content.push(makeNode(kindForNext(way.rest[0], way.create)));
  const item = root.content[index];
  if (item === undefined) throw pathError(`index ${String(index)} specified but only ${String(count)} elements found`);
  return matchPath(item, way.rest, way.create);
}

function matchItems(root: YamlNode, part: string, way: Way): readonly YamlNode[] | undefined {
  demandKind(root, 'sequence');
  const { name, value } = splitListIndex(part);
  const found = name === '' ? matchTexts(root, value) : matchKeyed(root, { name, value }, way);
  if (found !== undefined && found.length > 0) return found;
  if (way.create === undefined) return undefined;
  const scalar = makeScalar(value);
  root.content.push(name === '' ? scalar : makeCollection('mapping', [makeScalar(name), scalar]));
  return matchItems(root, part, { ...way, create: undefined }) ?? matchItems(root, part, way);
}

function matchTexts(root: YamlNode, pattern: string): readonly YamlNode[] {
  const matches = partPattern(pattern);
  return root.content.filter((item) => matches(writtenText(item)));
}

function matchKeyed(
  root: YamlNode,
  key: { readonly name: string; readonly value: string },
  way: Way,
): readonly YamlNode[] | undefined {
  const matches = partPattern(key.value);
  let found: YamlNode[] | undefined;
  for (const item of root.content) {
    const field = item.kind === 'mapping' ? fieldOf(item, key.name) : undefined;
    if (field === undefined || !matches(writtenText(field))) continue;
    const inner = matchPath(item, way.rest, way.create);
    if (inner !== undefined) found = [...(found ?? []), ...inner];
  }
  return found;
}

/** A node as it would be written, quotes included: that is what patterns are compared with. */
function writtenText(node: YamlNode): string {
  return emitYamlNodes([node]).trim();
}
