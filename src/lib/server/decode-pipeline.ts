import { arrayOf, numberOf, objectOf, objectOrNull, textOf } from '../json-value.ts';
import type {
  PipelineState,
  PipelineWorkflow,
  StartedPipeline,
  WorkflowJob,
} from './trigger-api.ts';

/** Reads a pipeline that was started; null where it has no id. */
export function decodeStarted(value: unknown): StartedPipeline | null {
  const { id, number } = objectOf(value);
  const text = textOf(id);
  return text === null ? null : { id: text, number: numberOf(number) };
}

/** Reads how a pipeline does; null where that is no pipeline. */
export function decodePipeline(value: unknown): PipelineState | null {
  const fields = objectOrNull(value);
  if (fields === null || textOf(fields['id']) === null) return null;
  const errors = arrayOf(fields['errors']).flatMap((one) => {
    const { type, message } = objectOf(one);
    return textOf(message) ?? textOf(type) ?? [];
  });
  return { state: textOf(fields['state']), errors };
}

/** Reads the workflows of a pipeline; null where it is no list. */
export function decodeWorkflows(value: unknown): readonly PipelineWorkflow[] | null {
  const { items } = objectOf(value);
  if (!Array.isArray(items)) return null;
  return items.map(objectOf).flatMap(({ id, name, status }) => {
    const text = textOf(id);
    return text === null ? [] : { id: text, name: textOf(name), status: textOf(status) };
  });
}

/** Reads the jobs of a workflow; null where it is no list. */
export function decodeWorkflowJobs(value: unknown): readonly WorkflowJob[] | null {
  const { items } = objectOf(value);
  if (!Array.isArray(items)) return null;
  return items.map(objectOf).map((fields) => ({
    name: textOf(fields['name']),
    number: numberOf(fields['job_number']),
    status: textOf(fields['status']),
  }));
}
