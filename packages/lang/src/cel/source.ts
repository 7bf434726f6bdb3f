// An expression's text by code points and lines, and what is wrong with it, displayed as cel-go displays it.

/** A place and what is wrong there. */
export interface CelProblem {
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  /** 0-based, in code points. */
  readonly column: number;
}

/** The text of an expression. */
export class Source {
  readonly text: string;
  readonly points: readonly string[];
  readonly #lineStarts: readonly number[];

  constructor(text: string) {
    this.text = text;
    this.points = Array.from(text);
    const starts = [0];
    for (const [index, point] of this.points.entries()) if (point === '\n') starts.push(index + 1);
    this.#lineStarts = starts;
  }

  problem(at: number, message: string): CelProblem {
    let line = this.#lineStarts.length;
    while (line > 1 && (this.#lineStarts[line - 1] ?? 0) > at) line--;
    return { message, line, column: at - (this.#lineStarts[line - 1] ?? 0) };
  }

  /** Problems in their order, each with its line and a caret (cel-go:common/errors.go, v0.26.0). */
  display(problems: readonly CelProblem[]): string {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    return sorted.map((problem) => this.#displayOne(problem)).join('\n');
  }

  #displayOne({ message, line, column }: CelProblem): string {
    const head = `ERROR: <input>:${line}:${this.points.length === 0 ? 0 : column + 1}: ${message}`;
    const text = this.#line(line);
    if (text === undefined) return head;
    let marks = '';
    for (let index = 0; index < column && index < text.length; index++) marks += isWide(text[index]) ? '\uff0e' : '.';
    marks += isWide(text[column]) ? '\uff3e' : '^';
    return `${head}\n | ${text.join('').replaceAll('\t', ' ')}\n | ${marks}`;
  }

  #line(line: number): readonly string[] | undefined {
    if (this.points.length === 0) return undefined;
    const start = this.#lineStarts[line - 1];
    if (start === undefined) return undefined;
    const end = this.#lineStarts[line];
    return this.points.slice(start, end === undefined ? undefined : end - 1);
  }
}

function isWide(point: string | undefined): boolean {
  return point !== undefined && point > '\u007f';
}
