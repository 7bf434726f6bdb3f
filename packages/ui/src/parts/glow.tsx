// A value that changed glows once, so that the eye finds what a live update did.

import { type ReactNode, useState } from 'react';

interface GlowProps {
  /** What is compared: when it changes, the children glow. */
  readonly of: string;
  readonly children: ReactNode;
}

/** Quiet at first, and whenever its value stays as it is. */
export function Glow({ of, children }: GlowProps): ReactNode {
  const [first] = useState(of);
  const [changed, setChanged] = useState(false);
  if (!changed && of !== first) setChanged(true);
  return (
    <span key={of} className={changed ? 'glow' : 'glow-ready'}>
      {children}
    </span>
  );
}
