// A modal dialog on the browser's own <dialog>: focus stays inside, Esc closes, focus returns to where it came from.

import { type ReactNode, useEffect, useId, useRef } from 'react';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
  /** The title is for screen readers only. */
  readonly quietTitle?: boolean;
}

/** Shown as long as it is mounted. */
export function Dialog({ title, onClose, children, className = '', quietTitle = false }: DialogProps): ReactNode {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="dialog-body">
        <h2 id={id} className={quietTitle ? 'unseen' : undefined}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
