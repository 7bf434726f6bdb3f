// The contract of @evenkeel/controller.
export { systemClock } from '@evenkeel/kube';
export { type Priority, type WorkQueue, type WorkQueueOptions, type WorkTurn, createWorkQueue } from './work-queue.ts';
export {
  type Controller,
  type ControllerMetrics,
  type ControllerOptions,
  DeadlineExceeded,
  type Outcome,
  type OutcomeReport,
  type Reconcile,
  type ReconcileContext,
  createController,
  durationBucketsMs,
} from './controller.ts';
export { type WatchToOptions, changesMoreThanStatus, watchTo } from './watch-to.ts';
export {
  type Condition,
  type NewCondition,
  findCondition,
  isConditionTrue,
  removeCondition,
  setCondition,
} from './conditions.ts';
export {
  type PatchStatusOptions,
  addFinalizer,
  hasFinalizer,
  mergePatch,
  patchStatus,
  removeFinalizer,
} from './patch-status.ts';
export {
  type EventRecorder,
  type EventRecorderOptions,
  type EventToRecord,
  createEventRecorder,
} from './event-recorder.ts';
export { type HeldLease, type LeaseOptions, acquireLease } from './lease.ts';
