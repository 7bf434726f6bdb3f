// Variables become slots at compile time: the compiler walks the tree as execution does and keeps Go's stack of names.

export class Scope {
  readonly #names: string[] = ['$'];
  readonly #slots: number[] = [0];
  #next = 1;

  /** Declares a variable; an earlier one of the name is hidden, not overwritten. */
  declare(name: string): number {
    const slot = this.#next++;
    this.#names.push(name);
    this.#slots.push(slot);
    return slot;
  }

  /** The slot of the variable declared last, or undefined when it is not in scope. */
  find(name: string): number | undefined {
    const index = this.#names.lastIndexOf(name);
    return index < 0 ? undefined : this.#slots[index];
  }

  mark(): number {
    return this.#names.length;
  }

  release(mark: number): void {
    this.#names.length = mark;
    this.#slots.length = mark;
  }
}
