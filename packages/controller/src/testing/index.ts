// Test kit of @evenkeel/controller. Import from '@evenkeel/controller/testing'.
export { type ManualClock, createManualClock } from './manual-clock.ts';
