// Who touched a value: the chain of sources kept on a leaf when a build is asked for origins. Newest first.

import type { YamlNode } from '@evenkeel/resource';

import type { Touch } from './touch.ts';
import { type Node, entriesOf } from './tree.ts';

/** Marks every leaf below `node` as coming from `file`. Called once per parsed document, only with origins on. */
export function markSource(node: Node, by: string, file: string): void {
  if (node.content.length === 0) {
    node.trail = [{ by, file, line: node.line, column: node.column }];
  } else if (node.kind === 'mapping') {
    for (const [, value] of entriesOf(node)) markSource(value, by, file);
  } else {
    for (const item of node.content) markSource(item, by, file);
  }
}

/** Puts a touch in front of what a node already remembers. */
export function addTouch(node: YamlNode, touch: Touch): void {
  const tracked: Node = node;
  tracked.trail = [touch, ...(tracked.trail ?? [])];
}

/** The trail of `newer` in front of the trail of `older`, without repeating an entry. */
export function joinTrails(
  newer: readonly Touch[] | undefined,
  older: readonly Touch[] | undefined,
): readonly Touch[] | undefined {
  if (newer === undefined || newer === older) return older;
  if (older === undefined) return newer;
  const fresh = newer.filter((touch) => !older.includes(touch));
  return [...fresh, ...older];
}
