/** Records ordered by ID, as Nomad's in-memory database iterates over them. */
export class Table<T extends { readonly id: string }> {
  /** The index of the last change to any record. */
  index = 1;
  readonly #byId = new Map<string, T>();
  #ordered: T[] = [];
  #sorted = true;

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  /** Adds a record; does nothing if its ID is already in the table. */
  add(record: T): void {
    if (this.#byId.has(record.id)) return;
    this.#byId.set(record.id, record);
    const last = this.#ordered.at(-1);
    if (last === undefined || last.id < record.id) this.#ordered.push(record);
    else if (this.#sorted && this.#ordered.length < 1_000) {
      this.#ordered.splice(this.#position(record.id), 0, record);
    } else {
      this.#ordered.push(record);
      this.#sorted = false;
    }
  }

  delete(id: string): void {
    if (!this.#byId.delete(id)) return;
    this.#ordered.splice(this.#position(id), 1);
  }

  /** Returns all records ordered by ID. The array is not a copy: do not keep or change it. */
  all(): readonly T[] {
    this.#sort();
    return this.#ordered;
  }

  /** Returns the records whose IDs start with `prefix`. */
  withPrefix(prefix: string): readonly T[] {
    if (prefix === '') return this.all();
    const found: T[] = [];
    for (let at = this.#position(prefix); ; at += 1) {
      const record = this.#ordered[at];
      if (record === undefined || !record.id.startsWith(prefix)) return found;
      found.push(record);
    }
  }

  /** Returns the position of the record with this ID, or where it would be inserted. */
  #position(id: string): number {
    this.#sort();
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ordered[middle]?.id ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#ordered.sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#sorted = true;
  }
}
