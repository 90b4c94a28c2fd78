import { describe, expect, it } from 'vitest';
import { AdminError } from '../../../../src/lib/errors.ts';
import { innermost, nomadError, transportError } from '../../../../src/lib/nomad/http/errors.ts';
import { RECORDED, recordedText } from './recorded-nomad.ts';

const ASKED = { action: 'drain node x', requires: 'node:write' };

describe('nomadError', () => {
  it.each([
    ['http/error-node-not-found.txt', 'NOMAD_NODE_NOT_FOUND', 'notFound'],
    ['http/error-drain-not-found.txt', 'NOMAD_NODE_NOT_FOUND', 'notFound'],
    ['http/error-job-not-found.txt', 'NOMAD_JOB_NOT_FOUND', 'notFound'],
    ['http/error-alloc-not-found.txt', 'NOMAD_ALLOCATION_NOT_FOUND', 'notFound'],
    ['http/error-node-bad-id.txt', 'NOMAD_BAD_ID', 'usage'],
    ['http/nodes-prefix-odd.txt', 'NOMAD_BAD_ID', 'usage'],
    ['http/logs-unknown-task.txt', 'NOMAD_TASK_NOT_FOUND', 'notFound'],
    ['http/logs-missing-task.txt', 'NOMAD_ERROR', 'service'],
    ['http/error-drain-bad-body.txt', 'NOMAD_ERROR', 'service'],
    ['http/error-path.txt', 'NOMAD_ERROR', 'service'],
  ])('maps the recorded %s to %s', (file, code, kind) => {
    const recorded = RECORDED.find((one) => one.file === file);
    const error = nomadError({ status: recorded?.status ?? null, body: recordedText(file) }, ASKED);
    expect(error).toMatchObject({ code, kind });
    expect(error.message).toMatch(/^Nomad could not drain node x: \S/);
    expect(error.hint).toMatch(/\S/);
  });

  it.each([
    ['cli/error-node-not-found.txt', 'NOMAD_NODE_NOT_FOUND'],
    ['cli/error-logs-unknown-alloc.txt', 'NOMAD_ALLOCATION_NOT_FOUND'],
  ])('maps the error of the CLI in the recorded %s', (file, code) => {
    const recorded = RECORDED.find((one) => one.file === file);
    expect(nomadError({ status: null, body: recorded?.stderr ?? '' }, ASKED).code).toBe(code);
  });

  it.each([
    [500, 'No cluster leader', 'NOMAD_NO_LEADER', 'service'],
    [500, 'rpc error: rpc error: No cluster leader', 'NOMAD_NO_LEADER', 'service'],
    [500, 'rpc error: Permission denied', 'NOMAD_PERMISSION_DENIED', 'unauthorised'],
    [403, 'ACL token not found', 'NOMAD_PERMISSION_DENIED', 'unauthorised'],
    [401, '', 'NOMAD_PERMISSION_DENIED', 'unauthorised'],
    [404, 'No path to node', 'NOMAD_CLIENT_UNREACHABLE', 'service'],
    [404, 'Unknown allocation "abc"', 'NOMAD_ALLOCATION_NOT_FOUND', 'notFound'],
    [404, 'task "t" not started yet. No logs available', 'NOMAD_LOGS_NOT_YET', 'notFound'],
    [500, 'failed to list entries: no such file', 'NOMAD_LOGS_GONE', 'notFound'],
    [404, 'state for allocation abc not found on client', 'NOMAD_LOGS_GONE', 'notFound'],
    [500, 'No path to region', 'NOMAD_NO_REGION', 'usage'],
    [400, 'Client sent an HTTP request to an HTTPS server.', 'NOMAD_UNREACHABLE', 'service'],
    [
      500,
      "can not set node's scheduling eligibility to eligible while it is draining",
      'NOMAD_NODE_DRAINING',
      'service',
    ],
    [404, 'RPC Error:: 404,node not found', 'NOMAD_NODE_NOT_FOUND', 'notFound'],
    [
      null,
      'Error querying node: Unexpected response code: 500 (rpc error: node not found)',
      'NOMAD_NODE_NOT_FOUND',
      'notFound',
    ],
    [
      null,
      'Failed to read stderr file: error reading file: Unexpected response code: 404 (No path to node)',
      'NOMAD_CLIENT_UNREACHABLE',
      'service',
    ],
  ])('maps %s "%s" to %s', (status, body, code, kind) => {
    expect(nomadError({ status, body }, ASKED)).toMatchObject({ code, kind });
  });

  it('names the missing capability', () => {
    const error = nomadError({ status: 403, body: 'Permission denied' }, ASKED);
    expect(error.message).toBe(
      'Nomad refuses to drain node x: Permission denied (requires node:write)',
    );
    expect(error.hint).toContain('NOMAD_TOKEN');
  });
});

describe('innermost', () => {
  it.each([
    ['rpc error: rpc error: boom\n', 'boom'],
    ['Unexpected response code: 500 (a (b))', 'a (b)'],
    ['Error updating drain: Unexpected response code: 500 (rpc error: x)', 'x'],
    ['failed to list entries: x', 'failed to list entries: x'],
    ['', ''],
  ])('extracts the text of "%s"', (body, text) => {
    expect(innermost(body)).toBe(text);
  });
});

describe('transportError', () => {
  it.each([
    ['UNREACHABLE', 'NOMAD_UNREACHABLE'],
    ['TLS_REFUSED', 'NOMAD_UNREACHABLE'],
    ['BAD_ANSWER', 'NOMAD_BAD_ANSWER'],
    ['REQUEST_TIMEOUT', 'REQUEST_TIMEOUT'],
    ['KUBERNETES_FORBIDDEN', 'KUBERNETES_FORBIDDEN'],
  ])('maps %s to %s and keeps the hint', (before, after) => {
    const error = transportError(
      new AdminError('service', 'm', { code: before, hint: 'h' }),
      ASKED,
    );
    expect(error).toMatchObject({ code: after, kind: 'service', hint: 'h' });
  });
});
