/** A `Status` document, which the API server returns for errors. */
export interface StatusDocument {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly code?: number;
}

/** An error that is sent as a `Status` document. */
export class ApiError extends Error {
  readonly document: StatusDocument;
  readonly code: number;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.code = code;
    this.document = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details ? { details } : {}),
      code,
    };
  }
}

/** The resource that an error is about. */
export interface ErrorSubject {
  readonly group: string;
  readonly resource: string;
}

/** Returns the qualified resource name: `pods`, or `deployments.apps` outside the core group. */
export function qualified(subject: ErrorSubject): string {
  return subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`;
}

function details(subject: ErrorSubject, name: string): Record<string, unknown> {
  return {
    name,
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.resource,
  };
}

/** 404: the object does not exist. */
export function notFound(subject: ErrorSubject, name: string): ApiError {
  const message = `${qualified(subject)} "${name}" not found`;
  return new ApiError(404, 'NotFound', message, details(subject, name));
}

/** 404: the server has no such resource or subresource. */
export function noSuchResource(): ApiError {
  const message = 'the server could not find the requested resource';
  return new ApiError(404, 'NotFound', message, {});
}

/** 405: the resource does not support the verb. */
export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError(405, 'MethodNotAllowed', message, {});
}

/** 409: an object with this name exists. */
export function alreadyExists(subject: ErrorSubject, name: string): ApiError {
  const message = `${qualified(subject)} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, details(subject, name));
}

/** 409: the object has been modified since the writer read it. */
export function conflict(subject: ErrorSubject, name: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": the object has been modified; please apply your changes to the latest version and try again`;
  return new ApiError(409, 'Conflict', message, details(subject, name));
}

/** 400. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** 401: the token is missing or unknown. */
export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

/** 410: the resource version or the continue token is too old. */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

/** 503: nothing listens on the port of the pod. */
export function unreachable(address: string): ApiError {
  const message = `error trying to reach service: dial tcp ${address}: connect: connection refused`;
  return new ApiError(503, 'ServiceUnavailable', message);
}
