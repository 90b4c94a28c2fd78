import type { Check } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { clusterIdentity, clusterVersion, namespaceFound } from './cluster.ts';
import {
  apiReachable,
  apiTrusted,
  credentialsAccepted,
  credentialsFound,
  kubeconfigFound,
} from './cluster-access.ts';
import { configMode, configValid, profileFound } from './config.ts';
import { auditWritable, clockSkew, nodeVersion } from './machine.ts';
import { nomadClientVersions, nomadLeader, nomadToken, nomadVersion } from './nomad.ts';
import { nomadAccess } from './nomad-access.ts';
import { permissions } from './permissions.ts';
import { nomadPod, podsPresent, podsReady } from './pods.ts';
import { nomadTokenReadable, serverTokenReadable } from './secrets.ts';
import { hostReachable, hostTrusted, serverAnswers } from './server-host.ts';
import { serverAdministrator, serverToken } from './server-token.ts';

/** All checks; each comes after those that it needs. */
export const CHECKS: readonly Check<DoctorContext>[] = [
  configValid,
  configMode,
  profileFound,
  nomadTokenReadable,
  serverTokenReadable,
  kubeconfigFound,
  credentialsFound,
  apiReachable,
  apiTrusted,
  credentialsAccepted,
  clusterVersion,
  clusterIdentity,
  namespaceFound,
  permissions,
  podsPresent,
  podsReady,
  nomadPod,
  ...nomadAccess,
  nomadLeader,
  nomadToken,
  nomadVersion,
  nomadClientVersions,
  hostReachable,
  hostTrusted,
  serverAnswers,
  serverToken,
  serverAdministrator,
  clockSkew,
  nodeVersion,
  auditWritable,
];
