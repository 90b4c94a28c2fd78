import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrapText } from '../../../src/lib/terminal/wrap-text.ts';

describe('wrapping text', () => {
  it('breaks between words and indents the following lines', () => {
    expect(wrapText('delete both pods and wait for them', { width: 24, indent: 2 })).toEqual([
      'delete both pods and',
      '  wait for them',
    ]);
  });

  it('does not wrap without a width', () => {
    expect(wrapText('word '.repeat(100), { width: undefined })).toHaveLength(1);
  });

  it('ends the last allowed line in an ellipsis', () => {
    const lines = wrapText('word '.repeat(100), { width: 30, maxLines: 2 });
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/…$/);
  });

  it('drops only spaces and stays within the width', () => {
    const words = fc.array(fc.string({ minLength: 1, maxLength: 60 })).map((all) => all.join(' '));
    fc.assert(
      fc.property(words, fc.integer({ min: 24, max: 120 }), (text, width) => {
        const lines = wrapText(text, { width, indent: 4 });
        expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});
