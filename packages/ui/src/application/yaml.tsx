// A manifest, lightly coloured, with line numbers.

import { type ReactNode, memo } from 'react';
import { yamlTokens } from './yaml-tokens.ts';

/** The text line by line. */
export const Yaml: (props: { readonly text: string }) => ReactNode = memo(function Yaml({
  text,
}: {
  readonly text: string;
}) {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <pre className="yaml">
      <code>
        {lines.map((line, index) => (
          <span key={index} className="yaml-line">
            {yamlTokens(line).map((token, at) => (
              <span key={at} className={`yaml-${token.kind}`}>
                {token.text}
              </span>
            ))}
            {'\n'}
          </span>
        ))}
      </code>
    </pre>
  );
});
