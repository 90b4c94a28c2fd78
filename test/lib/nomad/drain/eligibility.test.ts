import { describe, expect, it } from 'vitest';
import { clientChangeView } from '../../../../src/lib/nomad/drain/client-change-view.ts';
import {
  eligibilityRequest,
  eligibilityWarnings,
  planEligibility,
} from '../../../../src/lib/nomad/drain/eligibility.ts';
import { planEndDrain } from '../../../../src/lib/nomad/drain/end-drain.ts';
import { renderDetail } from '../../../../src/lib/terminal/render-detail.ts';
import { draining, node } from './drain-samples.ts';

const OPEN = node(1);
const CLOSED = node(2, { eligible: false });
const DRAINING = draining(3);

describe('eligibilityRequest', () => {
  it('requires exactly one of its flags', () => {
    expect(eligibilityRequest({ enable: true, disable: false })).toBe(true);
    expect(eligibilityRequest({ disable: true })).toBe(false);
    for (const both of [true, false]) {
      expect(() => eligibilityRequest({ enable: both, disable: both })).toThrow(
        expect.objectContaining({
          kind: 'usage',
          code: 'CONFLICTING_FLAGS',
          message: 'Give either --enable or --disable',
        }),
      );
    }
  });
});

describe('planEligibility', () => {
  it('changes only clients in the other state', () => {
    const actions = (eligible: boolean): readonly string[] =>
      planEligibility([OPEN, CLOSED], eligible).map((change) => change.action);
    expect(actions(true)).toEqual(['nothing', 'make-eligible']);
    expect(actions(false)).toEqual(['make-ineligible', 'nothing']);
    expect(planEligibility([DRAINING], false)[0]?.action).toBe('nothing');
  });

  it('refuses to make a draining client eligible, with a hint', () => {
    expect(() => planEligibility([OPEN, DRAINING], true)).toThrow(
      expect.objectContaining({
        kind: 'validation',
        code: 'CLIENT_IS_DRAINING',
        message: 'A draining client cannot be made eligible: ip-10-0-10-3',
        hint: `Cancel the drain first: circleci-admin nomad drain --disable ${DRAINING.id}`,
      }),
    );
  });

  it('warns if no client is left that accepts builds', () => {
    const changes = planEligibility([OPEN], false);
    expect(eligibilityWarnings(changes, [OPEN])).toHaveLength(1);
    expect(eligibilityWarnings(changes, [OPEN, node(9)])).toEqual([]);
    expect(eligibilityWarnings(planEligibility([CLOSED], true), [])).toEqual([]);
  });
});

describe('planEndDrain', () => {
  it('restores eligibility as Nomad does, unless it is to be kept', () => {
    const plan = (keepIneligible: boolean): readonly unknown[] =>
      planEndDrain([OPEN, CLOSED, DRAINING], { keepIneligible }).map(({ action, eligibleThen }) => [
        action,
        eligibleThen,
      ]);
    expect(plan(false)).toEqual([
      ['nothing', true],
      ['make-eligible', true],
      ['end-drain', true],
    ]);
    expect(plan(true)).toEqual([
      ['nothing', true],
      ['nothing', false],
      ['end-drain', false],
    ]);
  });

  it('is shown as a table', () => {
    const changes = planEndDrain([OPEN, CLOSED, DRAINING], { keepIneligible: false });
    const text = renderDetail(clientChangeView(changes), { width: 80, color: false, wide: false });
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      Clients
      CLIENT        ID        STATUS  ELIGIBLE  DRAIN  PLAN
      ip-10-0-10-1  00000001  ready   yes       no     nothing: already eligible
      ip-10-0-10-2  00000002  ready   no        no     make eligible
      ip-10-0-10-3  00000003  ready   no        yes    cancel the drain, make eligible
      "
    `);
  });
});
