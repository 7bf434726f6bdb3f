// The scheduler and kubelets of the sandbox for a cluster that has none. Import from '@evenkeel/sandbox/simulator'.
export { type PodSimulatorOptions, startPodSimulator } from './pod-simulator.ts';
