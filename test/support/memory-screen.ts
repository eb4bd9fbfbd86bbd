import type { Screen } from '../../src/base/io.ts';

/** A `Screen` that keeps what is written, and on which a test types. */
export class MemoryScreen implements Screen {
  columns: number;
  rows: number;
  isClosed = false;
  private readonly texts: string[] = [];
  private readonly inputs = new Set<(bytes: Uint8Array | null) => void>();
  private readonly redraws = new Set<() => void>();

  constructor({ columns = 80, rows = 24 }: { columns?: number; rows?: number } = {}) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    if (!this.isClosed) this.texts.push(text);
  }

  onInput(listener: (bytes: Uint8Array | null) => void): () => void {
    this.inputs.add(listener);
    return () => this.inputs.delete(listener);
  }

  onRedraw(listener: () => void): () => void {
    this.redraws.add(listener);
    return () => this.redraws.delete(listener);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.inputs.clear();
    this.redraws.clear();
  }

  /** Types; a text as its bytes. Null ends the input. */
  feed(input: string | Uint8Array | null): void {
    const bytes = typeof input === 'string' ? Buffer.from(input) : input;
    for (const listener of [...this.inputs]) listener(bytes);
  }

  /** Gives the screen another size. */
  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.redraw();
  }

  /** As after a stop. */
  redraw(): void {
    for (const listener of [...this.redraws]) listener();
  }

  /** All that was written so far. */
  written(): string {
    return this.texts.join('');
  }
}
