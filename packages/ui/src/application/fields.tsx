// Differences of one object, field by field: where, what Git wants, what is there, and who owns it.

import type { FieldDifference } from '@evenkeel/api';
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { absoluteTime } from '../format/time.ts';
import { Time } from '../parts/small.tsx';
import { breadcrumb, valueText } from './field-text.ts';

/** A list of differences. */
export function Fields({ fields }: { readonly fields: readonly FieldDifference[] }): ReactNode {
  return (
    <ul className="fields">
      {fields.map((field) => (
        <li key={field.path} className="field">
          <div className="field-path">
            {breadcrumb(field.path).map((part, index) => (
              <span key={`${index}${part}`}>{part}</span>
            ))}
          </div>
          <div className="field-values">
            <Value name="In Git" value={field.desired} present={field.desired !== undefined} />
            <ArrowRight size={14} className="field-arrow" aria-hidden="true" />
            <Value name="Live" value={field.live} present={field.live !== undefined} />
          </div>
          <div className="owners">
            {field.owners.map(({ manager, time }) => (
              <span
                key={manager}
                className="owner"
                title={`Field manager ${manager}${time === undefined ? '' : `, ${absoluteTime(Date.parse(time))}`}`}
              >
                {manager}
                {time !== undefined && (
                  <span className="quiet">
                    {' '}
                    <Time atMs={Date.parse(time)} />
                  </span>
                )}
              </span>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

interface ValueProps {
  readonly name: string;
  readonly value: unknown;
  readonly present: boolean;
}

function Value({ name, value, present }: ValueProps): ReactNode {
  return (
    <div className="field-value" data-side={name === 'In Git' ? 'desired' : 'live'}>
      <span className="field-side">{name}</span>
      {present ? <code>{valueText(value)}</code> : <span className="quiet">not there</span>}
    </div>
  );
}
