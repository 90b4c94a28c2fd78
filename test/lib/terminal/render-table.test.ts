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
  it('renders 10,000 rows as one table in linear time', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => ({
      ...{ id: `row ${at}`, running: at, why: at === 9_999 ? 'a reason' : 'none' },
    }));
    const style = { width: undefined, color: false, wide: false };
    const { value, cpuMs } = timed(() => renderTable(eraseTable({ ...view, rows }), style));
    const lines = value.split('\n');
    // Quadratic time would take half a minute.
    expect(cpuMs).toBeLessThan(10_000);
    expect(lines).toHaveLength(10_002);
    expect(lines[0]).toBe('ID        RUNNING  WHY');
    expect(lines[51]).toBe('row 50         50  none');
    expect(lines[10_000]).toBe('row 9999     9999  a reason');
  });

  it('separates columns by two spaces and draws no borders', () => {
    expect(renderTable(eraseTable(view), { width: undefined, color: false, wide: false })).toBe(
      [
        'ID        RUNNING  WHY',
        '4ad846c5        2  needs 8000 MHz CPU, no client is that large',
        'e7be9d89        -  two lines of text',
        '',
      ].join('\n'),
    );
  });

  it('truncates only the flexible column if the terminal is too narrow', () => {
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

  it('wraps the text of a wrapped column', () => {
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

  it('colours cells by tone without moving the columns', () => {
    const text = renderTable(eraseTable(view), { width: undefined, color: true, wide: false });
    expect(text).toContain('\u001b[31mtwo lines of text\u001b[39m');
    // Built from a string because biome forbids control characters in regular expressions.
    const plain = text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '');
    expect(plain).toBe(
      renderTable(eraseTable(view), { width: undefined, color: false, wide: false }),
    );
  });

  it('counts a double-width character as two columns', () => {
    const text = renderTable(
      eraseTable({ ...view, rows: [{ id: '漢字', running: 1, why: 'x' }] }),
      { width: undefined, color: false, wide: false },
    );
    expect(text.split('\n')[1]).toBe('漢字        1  x');
  });
});
