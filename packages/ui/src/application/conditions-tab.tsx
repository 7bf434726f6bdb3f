// What was refused and why, with file, line and remedy; warnings; and the steps of the last sync.

import type { DeliveryDetail, Operation, Refusal } from '@evenkeel/api';
import { CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { printRef } from '../address.ts';
import { shortHash } from '../format/names.ts';
import { duration } from '../format/time.ts';
import { Empty, Time } from '../parts/small.tsx';

/** Everything that stands in the way, most pressing first. */
export function ConditionsTab({ detail }: { readonly detail: DeliveryDetail }): ReactNode {
  const { refusals, warnings, currentOperation } = detail;
  return (
    <div className="conditions">
      {refusals.length + warnings.length === 0 && (
        <Empty icon={<CircleCheck size={28} aria-hidden="true" />} title="Nothing stands in the way">
          <p>What Git says renders, and the cluster accepts it.</p>
        </Empty>
      )}
      {refusals.map((refusal) => (
        <RefusalCard key={`${refusal.code}${refusal.sentence}`} refusal={refusal} />
      ))}
      {warnings.map((warning) => (
        <div key={warning} className="condition" data-tone="warning">
          <p>{warning}</p>
        </div>
      ))}
      {currentOperation && <LastSync operation={currentOperation} />}
    </div>
  );
}

function RefusalCard({ refusal }: { readonly refusal: Refusal }): ReactNode {
  const { code, sentence, remedy, file, line } = refusal;
  return (
    <article className="condition" data-tone="wrong">
      <p className="condition-sentence">{sentence}</p>
      {file !== undefined && (
        <p>
          <code>{line === undefined ? file : `${file}:${line}`}</code>
        </p>
      )}
      {remedy !== undefined && <p>{remedy}</p>}
      <p className="quiet">What is live is left as it is; the next good commit heals this. ({code})</p>
    </article>
  );
}

function LastSync({ operation }: { readonly operation: Operation }): ReactNode {
  const { phase, message, revision, startedAtMs, finishedAtMs, initiatedBy, retryCount, steps } = operation;
  return (
    <section className="last-sync">
      <h2>{finishedAtMs === undefined ? 'Sync that is running' : 'Last sync'}</h2>
      <p>
        {phase} at <code title={revision}>{shortHash(revision)}</code>, started <Time atMs={startedAtMs} />
        {initiatedBy.username === undefined
          ? initiatedBy.automated
            ? ' automatically'
            : ''
          : ` by ${initiatedBy.username}`}
        {finishedAtMs !== undefined &&
          finishedAtMs - startedAtMs >= 1000 &&
          `, took ${duration(finishedAtMs - startedAtMs)}`}
        {retryCount > 0 && `, retried ${retryCount === 1 ? 'once' : `${retryCount} times`}`}. {message}
      </p>
      <ul className="steps">
        {steps.map((step) => (
          <li key={`${printRef(step.ref)}${step.hook}`} data-status={step.status}>
            <span className="step-status">{step.status}</span>
            <span>
              {step.ref.kind} {step.ref.name}
              {step.hook && <span className="badge">hook</span>}
            </span>
            <span className="quiet">{step.message}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
