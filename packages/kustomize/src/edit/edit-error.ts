// Refusals of edit commands: worded for the one who typed the command.

/** Thrown inside an edit; the command turns it into an exit code and a message. */
export class EditError extends Error {
  override readonly name = 'EditError';
}
