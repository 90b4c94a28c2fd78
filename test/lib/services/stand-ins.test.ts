import { expect, it } from 'vitest';
import { makeCatalogue } from '../../../src/lib/services/catalogue.ts';
import { standInsOf } from '../../../src/lib/services/stand-ins.ts';
import { pod } from '../pods/sample-pods.ts';

const NEW = ['distributor-dispatcher', 'docker-provisioner', 'output', 'step'];
const OLD = ['dispatcher', 'schedulerer', 'output-processor'];

/** Returns the services in place of one, where these workloads run. */
function inPlaceOf(name: string, workloads: readonly string[]) {
  const catalogue = makeCatalogue();
  const pods = workloads.map((workload) => pod({ workload }));
  return standInsOf(catalogue.find(name), pods, catalogue)?.services ?? null;
}

it.each<[string, readonly string[], readonly string[] | null]>([
  ['dispatcher', NEW, ['distributor']],
  ['schedulerer', NEW, ['docker-provisioner']],
  ['output-processor', NEW, ['output', 'step']],
  ['distributor', OLD, ['dispatcher']],
  ['step', OLD, ['output-processor']],
  // Nothing is known to have replaced these.
  ['legacy-dispatcher', NEW, null],
  ['frontend', NEW, null],
  // It has pods of its own.
  ['dispatcher', OLD, null],
  // The distributor of a late 3.x runs beside the dispatcher, which is only stopped.
  ['dispatcher', ['distributor-dispatcher', 'schedulerer'], null],
  // During an upgrade the old services may still come back.
  ['dispatcher', [...NEW, 'schedulerer'], null],
  // The replacement does not run here.
  ['vm-service', NEW, null],
])('in place of %s, where %j run: %j', (name, workloads, expected) => {
  expect(inPlaceOf(name, workloads)).toEqual(expected);
});
