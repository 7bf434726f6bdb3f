// Node trees to emitter events, as yaml.v3 serialises its nodes (encode.go: node, v3.0.5). Works off an explicit stack.

import { shortTag } from './compose.ts';
import type { EmitEvent } from './emit-events.ts';
import type { Emitter } from './emitter.ts';
import { YamlError } from './node.ts';
import type { YamlNode } from './node.ts';
import { resolveTag } from './resolve.ts';

interface Open {
  readonly node: YamlNode;
  readonly end: EmitEvent;
  next: number;
  /** Foot comment of the pair just written: it goes out with what follows. */
  tail: string | undefined;
}

/** Feeds one node to the emitter. Throws `YamlError` (TYPE) for a tree that cannot be written. */
export function serializeNode(root: YamlNode, emitter: Emitter): void {
  const stack: Open[] = [];
  start(root, undefined, root.footComment, { emitter, stack });
  for (;;) {
    const open = stack[stack.length - 1];
    if (open === undefined) return;
    const { node } = open;
    const child = node.content[open.next];
    const pairs = node.kind === 'mapping';
    if (child === undefined || (pairs && open.next % 2 === 0 && node.content[open.next + 1] === undefined)) {
      stack.pop();
      emitter.emit(pairs && open.tail !== undefined ? { ...open.end, tail: open.tail } : open.end);
      continue;
    }
    const isKey = pairs && open.next % 2 === 0;
    open.next++;
    if (isKey) {
      const { tail } = open;
      open.tail = child.footComment;
      start(child, tail, undefined, { emitter, stack });
    } else {
      start(child, undefined, child.footComment, { emitter, stack });
    }
  }
}

function start(
  node: YamlNode,
  tail: string | undefined,
  foot: string | undefined,
  to: { emitter: Emitter; stack: Open[] },
): void {
  const { emitter, stack } = to;
  const head = node.headComment;
  const line = node.lineComment;
  const { tag, forceQuoting } = presentedTag(node);
  switch (node.kind) {
    case 'document':
      emitter.emit({ type: 'documentStart', head });
      stack.push({ node, end: { type: 'documentEnd', foot: node.footComment }, next: 0, tail: undefined });
      return;
    case 'sequence':
    case 'mapping': {
      const flow = node.style === 'flow';
      const empty = node.content.length < (node.kind === 'mapping' ? 2 : 1);
      const type = node.kind === 'mapping' ? 'mappingStart' : 'sequenceStart';
      const shared = { flow, empty, anchor: node.anchor, tag: longTag(tag), head };
      emitter.emit({ type, ...shared, tail: node.kind === 'mapping' ? tail : undefined });
      const end = node.kind === 'mapping' ? 'mappingEnd' : 'sequenceEnd';
      stack.push({ node, end: { type: end, line, foot }, next: 0, tail: undefined });
      return;
    }
    case 'alias':
      if (node.value === '') throw new YamlError('TYPE', 'yaml: alias value must not be empty', node.line, node.column);
      emitter.emit({ type: 'alias', name: node.value, head, line, foot });
      return;
    case 'scalar':
      emitter.emit({
        type: 'scalar',
        value: node.value,
        style: scalarStyle(node, forceQuoting),
        anchor: node.anchor,
        tag: longTag(tag),
        head,
        line,
        foot,
        tail,
      });
  }
}

function scalarStyle(node: YamlNode, forceQuoting: boolean): 'plain' | 'single' | 'double' | 'literal' | 'folded' {
  if (node.style !== 'plain' && node.style !== 'flow') return node.style;
  if (node.value.includes('\n')) return 'literal';
  return forceQuoting ? 'double' : 'plain';
}

/** The tag to write: none when the source did not name it and the value implies it anyway. */
function presentedTag(node: YamlNode): { tag: string; forceQuoting: boolean } {
  const { tag } = node;
  if (tag === '' || node.tagged === true) return { tag, forceQuoting: false };
  const short = shortTag(tag);
  if (node.kind !== 'scalar') {
    const implied = node.kind === 'mapping' ? '!!map' : node.kind === 'sequence' ? '!!seq' : '';
    return { tag: implied === short ? '' : tag, forceQuoting: false };
  }
  if (short === '!!str' && node.style !== 'plain' && node.style !== 'flow') return { tag: '', forceQuoting: false };
  if (resolveTag(node.value) === short) return { tag: '', forceQuoting: false };
  return short === '!!str' ? { tag: '', forceQuoting: true } : { tag, forceQuoting: false };
}

function longTag(tag: string): string {
  return tag.startsWith('!!') ? `tag:yaml.org,2002:${tag.slice(2)}` : tag;
}
