// KServe.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, healthy, items, progressing, say, show, suspended, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({ InferenceService: inferenceService, LLMInferenceService: llm });

function llm(object: KubeObject): Health {
  const { generation } = object.metadata;
  if (at(object, 'status.conditions') === undefined) {
    return progressing('Waiting for LLMInferenceService to report status...');
  }
  const list = items(object, 'status.conditions');
  const last = list.findLast(matcher('Ready'));
  const observed = [at(object, 'status.observedGeneration'), last?.['observedGeneration'] ?? undefined];
  if (generation !== undefined && observed.some((seen) => seen !== undefined && seen !== generation)) {
    return progressing('Waiting for LLMInferenceService reconciliation (generation mismatch)');
  }
  if (list.some(matcher('*/Stopped'))) return suspended('LLMInferenceService is Stopped');
  if (last?.['status'] === 'True') return healthy('LLMInferenceService is healthy.');
  const parts = list
    .filter(({ type, status }) => type !== 'Ready' && status !== 'True')
    .map(partOfModel)
    .join('; ');
  const otherwise = text(last, 'message') || 'Waiting for LLMInferenceService to report status...';
  return say(last?.['status'] === 'False' ? 'degraded' : 'progressing', parts || otherwise);
}

function partOfModel(condition: JsonObject): string {
  const details = [text(condition, 'reason'), text(condition, 'message')].filter((word) => word !== '');
  return [`${text(condition, 'type')}: ${text(condition, 'status')}`, ...details].join(' | ');
}

function inferenceService(object: KubeObject): Health {
  if (at(object, 'status.conditions') === undefined) {
    return progressing('Waiting for InferenceService to report status...');
  }
  const transition = at(object, 'status.modelStatus.transitionStatus');
  const isMoving = at(object, 'status.modelStatus') !== undefined && transition !== 'UpToDate';
  const list = items(object, 'status.conditions');
  if (list.some(matcher('Stopped=True'))) return suspended('InferenceService is Stopped');
  const isPartReady = list.every(
    ({ type, status }) => status !== 'Unknown' && (status !== 'False' || type === 'Stopped'),
  );
  if (!isMoving && isPartReady) return healthy('InferenceService is healthy.');
  const lines = list.map((entry, index) => partOf(entry, index + 1)).join('');
  const message = (isMoving ? `0: transitionStatus | ${show(transition)}` : '') + lines;
  return say(isMoving && transition !== 'InProgress' ? 'degraded' : 'progressing', message);
}

function partOf(condition: JsonObject, number: number): string {
  const { type, status } = condition;
  if (status === 'True' || type === 'Stopped') return '';
  const words = [`${number}: ${show(type)}`, show(status), text(condition, 'reason'), text(condition, 'message')];
  return words.map((word, index) => (index > 1 && word === '' ? '' : ` | ${word}`)).join('');
}
