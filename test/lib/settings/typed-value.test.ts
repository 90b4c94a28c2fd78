import { describe, expect, it } from 'vitest';
import type { SystemSetting } from '../../../src/lib/server/admin-api.ts';
import { parseSettingValue, type SettingType } from '../../../src/lib/settings/typed-value.ts';

type Row = readonly [
  SystemSetting['type'],
  SystemSetting['value'],
  string,
  SettingType | undefined,
  unknown,
];

const parse = ([type, value, text, asked]: Row) =>
  parseSettingValue({ name: 'x', type, value }, text, asked);

describe('parseSettingValue', () => {
  it.each<Row>([
    ['boolean', null, 'on', undefined, true],
    ['boolean', true, ' False ', undefined, false],
    ['number', null, '-1.5', undefined, -1.5],
    ['number', null, '660', 'number', 660],
    ['string', null, 'true', undefined, 'true'],
    ['string', null, '', undefined, ''],
    ['unknown', 5, '6', undefined, 6],
    ['unknown', null, '6', 'string', '6'],
  ])('as %s (was %j) %j (%s) is %j', (...row) => {
    expect(parse(row)).toBe(row[4]);
  });

  it.each<Row>([
    ['boolean', null, '1', undefined, 'BAD_SETTING_VALUE'],
    ['boolean', null, 'ja', undefined, 'BAD_SETTING_VALUE'],
    ['number', null, '', undefined, 'BAD_SETTING_VALUE'],
    ['number', null, '0x10', undefined, 'BAD_SETTING_VALUE'],
    ['number', null, '1e999', undefined, 'BAD_SETTING_VALUE'],
    ['number', null, 'NaN', undefined, 'BAD_SETTING_VALUE'],
    ['number', null, '5', 'string', 'BAD_FLAGS'],
    ['unknown', null, '5', undefined, 'UNKNOWN_SETTING_TYPE'],
  ])('as %s (was %j) rejects %j (%s): %s', (...row) => {
    expect(() => parse(row)).toThrow(expect.objectContaining({ code: row[4] }));
  });
});
