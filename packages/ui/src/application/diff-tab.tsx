// What differs from Git, object by object and field by field; what does not is folded into one line.

import type { DeliveryDetail, DeliveryResource, ObjectRef } from '@evenkeel/api';
import { CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { printRef } from '../address.ts';
import { count } from '../format/time.ts';
import { reasonWords } from '../format/words.ts';
import { Empty } from '../parts/small.tsx';
import { StandingMark } from '../parts/standing.tsx';
import { Fields } from './fields.tsx';

interface TabProps {
  readonly detail: DeliveryDetail;
  readonly onOpen: (ref: ObjectRef) => void;
}

/** The diff of the whole application. */
export function DiffTab({ detail, onOpen }: TabProps): ReactNode {
  const drifted = detail.resources.filter(({ sync }) => sync === 'drifted');
  const same = detail.resources.filter(({ sync }) => sync !== 'drifted');
  return (
    <div className="diff">
      {drifted.length === 0 && (
        <Empty icon={<CircleCheck size={28} aria-hidden="true" />} title="Nothing differs from Git">
          <p>
            {detail.resources.length === 0
              ? 'There is nothing to compare yet.'
              : `${count(detail.resources.length, 'object')} compared with every field Git sets.`}
          </p>
        </Empty>
      )}
      {drifted.map((resource) => (
        <Differing key={printRef(resource.ref)} resource={resource} onOpen={onOpen} />
      ))}
      {same.length > 0 && (
        <details className="same">
          <summary>{count(same.length, 'object')} as in Git</summary>
          <ul>
            {same.map(({ ref }) => (
              <li key={printRef(ref)}>
                <button type="button" className="plain-link" onClick={() => onOpen(ref)}>
                  {ref.kind} {ref.name}
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Differing({
  resource,
  onOpen,
}: {
  readonly resource: DeliveryResource;
  readonly onOpen: (ref: ObjectRef) => void;
}): ReactNode {
  const { ref, reason, fields } = resource;
  return (
    <article className="differing">
      <header>
        <StandingMark standing={reason === 'missing' ? 'missing' : 'drifted'} />
        <h2>
          <span className="quiet">{ref.kind}</span>{' '}
          <button type="button" className="plain-link" onClick={() => onOpen(ref)}>
            {ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`}
          </button>
        </h2>
        <span className="quiet">{reasonWords(reason)}</span>
      </header>
      {fields.length > 0 && <Fields fields={fields} />}
      {fields.length > 0 && <p className="same-line">every other field as in Git</p>}
    </article>
  );
}
