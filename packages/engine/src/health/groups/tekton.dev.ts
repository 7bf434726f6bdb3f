// Tekton's runs.

import { show } from '../reading.ts';
import { conditions, first, type KindChecks, type Sentence, waiting } from '../rules.ts';

const told: Sentence = (condition) => show(condition['message'] ?? condition['reason']);
const run = first(
  conditions(
    ['Succeeded=True', 'healthy', told],
    ['Succeeded=False', 'degraded', told],
    ['Succeeded', 'progressing', told],
  ),
  waiting('Waiting for run to start'),
);

export const checks = (): KindChecks => ({ PipelineRun: run, TaskRun: run });
