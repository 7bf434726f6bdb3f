// Test kit of @evenkeel/kube: transports that record and transports that fail. Import from '@evenkeel/kube/testing'.
export { type FaultPlan, type FaultyTransport, faultyTransport, seededRandom } from './faulty-transport.ts';
export { type RecordedRequest, type RecordingTransport, recordingTransport } from './recording-transport.ts';
export { tiedToParent } from './tied-process.ts';
