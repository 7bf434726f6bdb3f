// The contract of @evenkeel/std.
export { type Result, err, ok } from './result.ts';
export { AssertionFailure, assert, assertNever, present } from './assert.ts';
export { type Clock, kubeMicroTime, kubeTime } from './clock.ts';
export { formatDurationMs, parseDurationMs } from './duration.ts';
export { type Backoff, backoffDelayMs } from './backoff.ts';
export { type Channel, createChannel } from './channel.ts';
export {
  ContentNotLoaded,
  type FileTree,
  type TreeEntry,
  type TreeEntryKind,
  joinTreePath,
  treeBasename,
  treeDirname,
} from './file-tree.ts';
export { memoryTree } from './memory-tree.ts';
