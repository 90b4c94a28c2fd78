import { arrayOf, numberOf, objectOf, objectOrNull, textOf } from '../json-value.ts';
import type {
  PipelineState,
  PipelineWorkflow,
  StartedPipeline,
  WorkflowJob,
} from './trigger-api.ts';

/** Decodes a started pipeline; returns null if it has no id. */
export function decodeStarted(value: unknown): StartedPipeline | null {
  const { id, number } = objectOf(value);
  const text = textOf(id);
  return text === null ? null : { id: text, number: numberOf(number) };
}

/** Decodes the state of a pipeline; returns null if the value is not a pipeline. */
export function decodePipeline(value: unknown): PipelineState | null {
  const fields = objectOrNull(value);
  if (fields === null || textOf(fields['id']) === null) return null;
  const errors = arrayOf(fields['errors']).flatMap((one) => {
    const { type, message } = objectOf(one);
    return textOf(message) ?? textOf(type) ?? [];
  });
  return { state: textOf(fields['state']), errors };
}

/** Decodes the workflows of a pipeline; returns null if the value is not a list. */
export function decodeWorkflows(value: unknown): readonly PipelineWorkflow[] | null {
  const { items } = objectOf(value);
  if (!Array.isArray(items)) return null;
  return items.map(objectOf).flatMap(({ id, name, status }) => {
    const text = textOf(id);
    return text === null ? [] : { id: text, name: textOf(name), status: textOf(status) };
  });
}

/** Decodes the jobs of a workflow; returns null if the value is not a list. */
export function decodeWorkflowJobs(value: unknown): readonly WorkflowJob[] | null {
  const { items } = objectOf(value);
  if (!Array.isArray(items)) return null;
  return items.map(objectOf).map((fields) => ({
    name: textOf(fields['name']),
    number: numberOf(fields['job_number']),
    status: textOf(fields['status']),
  }));
}
