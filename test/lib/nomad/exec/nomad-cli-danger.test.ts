import { expect, it } from 'vitest';
import { nomadCliDanger } from '../../../../src/lib/nomad/exec/nomad-cli-danger.ts';

const ID = '4ad846c5-11d2-7f06-94d5-1e3c3d3b4e5a';
const WAITS = /circleci-admin nomad drain NODE$/;

it.each([
  [`node drain -enable -yes ${ID}`, false, [/after one hour, its default.*NODE$/]],
  [`node-drain -yes --enable -deadline 5m ${ID}`, false, [/still run after 5m,/]],
  [`node drain -enable -deadline=5m ${ID}`, false, [/still run after 5m,/]],
  [`node drain -enable -no-deadline ${ID}`, false, []],
  [`node drain -enable -no-deadline=false ${ID}`, false, [WAITS]],
  [`node drain -enable -force ${ID}`, true, [/^-force kills/]],
  [`node-drain --enable=true --force=1 ${ID}`, true, [/^-force kills/]],
  [`node drain -disable ${ID}`, false, []],
  ['node drain -enable -no-deadline ff0', false, [/"ff0" as "ff"/]],
  ['node eligibility -disable 4ad846c5-1', false, [/"4ad846c5-1" as "4ad846c5-"/]],
  ['node eligibility -disable 4ad846c5', false, []],
  ['alloc stop 4ad', false, [/stops running builds/]],
  ['stop acme', false, [/stops running builds/]],
  ['system gc', false, []],
])('warns about "nomad %s" according to its effect on builds', (line, kills, warnings) => {
  const danger = nomadCliDanger(line.split(' '));
  expect(danger.kills).toBe(kills);
  expect(danger.warnings).toEqual(warnings.map((warning) => expect.stringMatching(warning)));
});
