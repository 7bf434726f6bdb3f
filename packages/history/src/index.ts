// The contract of @evenkeel/history.
export {
  type History,
  type HistoryOptions,
  type Tick,
  type TimelinePage,
  type TimelineQuery,
  type Waterline,
  type WaterlineQuery,
  openHistory,
} from './history.ts';
export type {
  ChangedObject,
  DriftedField,
  HistoryEntry,
  HistoryKind,
  HistoryRecord,
  Initiator,
  Person,
  SyncPhase,
  WaterlineState,
} from './records.ts';
export type { Run } from './waterline.ts';
