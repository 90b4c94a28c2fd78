import { describe, expect, it } from 'vitest';
import { renderTable } from '../../../src/lib/terminal/render-table.ts';
import { eraseTable, type TableView } from '../../../src/lib/terminal/table.ts';
import { timed } from '../../support/cpu-time.ts';

interface Build {
  readonly id: string;
  readonly running: number | null;
  readonly why: string;
}

const view: TableView<Build> = {
  columns: [
    { key: 'id', title: 'ID', value: (row) => row.id },
    { key: 'running', value: (row) => row.running, align: 'right' },
    {
      key: 'why',
      title: 'WHY',
      value: (row) => row.why,
      flexible: true,
      tone: (row) => (row.running === null ? 'bad' : undefined),
    },
  ],
  rows: [
    { id: '4ad846c5', running: 2, why: 'needs 8000 MHz CPU, no client is that large' },
    { id: 'e7be9d89', running: null, why: 'two\nlines\tof text' },
  ],
};

describe('renderTable', () => {
  it('is one table however long, and takes time by its rows and not by their square', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => ({
      ...{ id: `row ${at}`, running: at, why: at === 9_999 ? 'a reason' : 'none' },
    }));
    const style = { width: undefined, color: false, wide: false };
    const { value, cpuMs } = timed(() => renderTable(eraseTable({ ...view, rows }), style));
    const lines = value.split('\n');
    // By their square it would be half a minute.
    expect(cpuMs).toBeLessThan(10_000);
    expect(lines).toHaveLength(10_002);
    expect(lines[0]).toBe('ID        RUNNING  WHY');
    expect(lines[51]).toBe('row 50         50  none');
    expect(lines[10_000]).toBe('row 9999     9999  a reason');
  });

  it('sets columns apart by two spaces and draws no frame', () => {
    expect(renderTable(eraseTable(view), { width: undefined, color: false, wide: false })).toBe(
      [
        'ID        RUNNING  WHY',
        '4ad846c5        2  needs 8000 MHz CPU, no client is that large',
        'e7be9d89        -  two lines of text',
        '',
      ].join('\n'),
    );
  });

  it('cuts the flexible column where the terminal is too narrow, and no other', () => {
    const text = renderTable(eraseTable(view), { width: 40, color: false, wide: false });
    expect(text).toBe(
      [
        'ID        RUNNING  WHY',
        '4ad846c5        2  needs 8000 MHz CPU, …',
        'e7be9d89        -  two lines of text',
        '',
      ].join('\n'),
    );
  });

  it('breaks whole sentences into lines where it is told to', () => {
    const [id, running, why] = view.columns;
    if (!id || !running || !why) throw new Error('no columns');
    const columns = [id, running, { ...why, flexible: 'wrapped' as const }];
    const text = renderTable(eraseTable({ ...view, columns }), {
      ...{ width: 45, color: false, wide: false },
    });
    expect(text).toBe(
      [
        'ID        RUNNING  WHY',
        '4ad846c5        2  needs 8000 MHz CPU, no',
        '                   client is that large',
        'e7be9d89        -  two lines of text',
        '',
      ].join('\n'),
    );
  });

  it('colours by tone where colours show, and the columns stay where they are', () => {
    const text = renderTable(eraseTable(view), { width: undefined, color: true, wide: false });
    expect(text).toContain('\u001b[31mtwo lines of text\u001b[39m');
    // biome's rule on control characters is about accidents: here they are what is looked for.
    const plain = text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '');
    expect(plain).toBe(
      renderTable(eraseTable(view), { width: undefined, color: false, wide: false }),
    );
  });

  it('counts characters that take two cells as two', () => {
    const text = renderTable(
      eraseTable({ ...view, rows: [{ id: '漢字', running: 1, why: 'x' }] }),
      { width: undefined, color: false, wide: false },
    );
    expect(text.split('\n')[1]).toBe('漢字        1  x');
  });
});
