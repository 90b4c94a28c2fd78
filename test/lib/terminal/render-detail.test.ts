import { expect, test } from 'vitest';
import { renderDetail } from '../../../src/lib/terminal/render-detail.ts';

const LONG = 'container app terminates after every start';

function render(value: string, width: number | undefined): string {
  return renderDetail(
    { blocks: [{ kind: 'fields', fields: [{ label: 'Why', value }] }] },
    { color: false, width, wide: false },
  );
}

test('a value longer than the terminal is wrapped below itself', () => {
  expect(render(LONG, 32)).toBe('Why  container app terminates\n     after every start\n');
});

test('a value stays whole where there is no terminal, or where a word would be split', () => {
  expect(render(LONG, undefined)).toBe(`Why  ${LONG}\n`);
  const word = 'x'.repeat(40);
  expect(render(`see ${word}`, 32)).toBe(`Why  see ${word}\n`);
});
