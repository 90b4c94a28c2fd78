import type { NomadCore } from '../core.ts';
import { SERVER_CONFIG } from './agent-config.ts';
import type { WireObject } from './encode.ts';
import { summaryOf } from './job.ts';

const SERVER = 'circleci-nomad-0';

/** `/v1/agent/self` of a server (command/agent/agent_endpoint.go). */
export function agentSelf(core: NomadCore): WireObject {
  const index = String(core.state.index);
  const leader = core.leader ? '127.0.0.1:4647' : '';
  return {
    config: agentConfig(core),
    member: member(core),
    stats: {
      nomad: {
        server: 'true',
        leader: String(core.leader),
        leader_addr: leader,
        bootstrap: 'true',
        known_regions: '1',
      },
      raft: {
        applied_index: index,
        commit_index: index,
        fsm_pending: '0',
        last_contact: core.leader ? '0' : 'never',
        last_log_index: index,
        last_log_term: '2',
        last_snapshot_index: '0',
        last_snapshot_term: '0',
        latest_configuration: '[{Suffrage:Voter ID:127.0.0.1:4647 Address:127.0.0.1:4647}]',
        latest_configuration_index: '0',
        num_peers: '0',
        protocol_version: '2',
        protocol_version_max: '3',
        protocol_version_min: '0',
        snapshot_version_max: '1',
        snapshot_version_min: '0',
        state: core.leader ? 'Leader' : 'Candidate',
        term: '2',
      },
      runtime: {
        arch: 'amd64',
        cpu_count: '2',
        goroutines: '93',
        'kernel.name': 'linux',
        max_procs: '2',
        version: 'go1.19.8',
      },
      serf: {
        coordinate_resets: '0',
        encrypted: 'false',
        event_queue: '0',
        event_time: '1',
        failed: '0',
        health_score: '0',
        intent_queue: '0',
        left: '0',
        member_time: '1',
        members: '1',
        query_queue: '0',
        query_time: '1',
      },
      vault: { tracked_for_revoked: '0', token_ttl: '0s', token_expire_time: '' },
    },
  };
}

/** `/v1/agent/members`. */
export function agentMembers(core: NomadCore): WireObject {
  return {
    Members: [member(core)],
    ServerDC: 'default',
    ServerName: SERVER,
    ServerRegion: 'global',
  };
}

/** `/v1/metrics`: the gauges in Nomad's telemetry guide, for this agent. */
export function metrics(core: NomadCore): WireObject {
  const { state } = core;
  const jobs = state.jobs.all();
  const count = (status: string): number => jobs.filter((job) => job.status === status).length;
  const nodes = state.nodes.all();
  const gauges: (readonly [string, number, WireObject?])[] = [
    ['nomad.nomad.blocked_evals.total_blocked', core.scheduler.blocked],
    ['nomad.nomad.blocked_evals.total_escaped', 0],
    ['nomad.nomad.blocked_evals.total_quota_limit', 0],
    ['nomad.nomad.broker.total_blocked', 0],
    ['nomad.nomad.broker.total_ready', 0],
    ['nomad.nomad.broker.total_unacked', 0],
    ['nomad.nomad.broker.total_waiting', 0],
    ['nomad.nomad.heartbeat.active', nodes.filter((node) => node.status !== 'down').length],
    ['nomad.nomad.job_status.dead', count('dead')],
    ['nomad.nomad.job_status.pending', count('pending')],
    ['nomad.nomad.job_status.running', count('running')],
    ['nomad.nomad.plan.queue_depth', 0],
    ['nomad.raft.appliedIndex', state.index],
    ['nomad.raft.lastIndex', state.index],
    ['nomad.runtime.alloc_bytes', 30_000_000],
    ['nomad.runtime.num_goroutines', 93],
    ['nomad.state.snapshotIndex', state.index],
  ];
  for (const job of jobs) {
    for (const [group, counts] of Object.entries(summaryOf(job, state))) {
      const labels = { job: job.id, namespace: 'default', task_group: group };
      for (const [name, value] of Object.entries(counts)) {
        if (name === 'Unknown' && !core.dialect.since('1.3')) continue;
        gauges.push([`nomad.nomad.job_summary.${name.toLowerCase()}`, value, labels]);
      }
    }
  }
  const host = { host: SERVER };
  return {
    Counters: [sample('nomad.nomad.rpc.request', 2, 1)],
    Gauges: gauges.map(([name, value, labels]) => ({
      Labels: { ...host, ...labels },
      Name: name,
      Value: value,
    })),
    Points: [],
    Samples: [
      sample('nomad.memberlist.gossip', 20, 0.035),
      sample('nomad.nomad.client.update_status', 2, 0.07),
    ],
    Timestamp: `${core.context.clock.now().toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`,
  };
}

function sample(name: string, count: number, mean: number): WireObject {
  return {
    Count: count,
    Labels: { host: SERVER },
    Max: mean * 2,
    Mean: mean,
    Min: mean / 2,
    Name: name,
    Rate: (mean * count) / 10,
    Stddev: mean / 3,
    Sum: mean * count,
  };
}

/** Returns the server as a member of the gossip pool. */
function member(core: NomadCore): WireObject {
  return {
    Addr: '127.0.0.1',
    DelegateCur: 4,
    DelegateMax: 5,
    DelegateMin: 2,
    Name: `${SERVER}.global`,
    Port: 4648,
    ProtocolCur: 2,
    ProtocolMax: 5,
    ProtocolMin: 1,
    Status: 'alive',
    Tags: {
      bootstrap: '1',
      build: core.dialect.version,
      dc: 'default',
      expect: '1',
      id: 'b171cbdb-1c60-c4fd-1e02-c3b364b0a43a',
      mvn: '1',
      port: '4647',
      raft_vsn: '2',
      region: 'global',
      role: 'nomad',
      rpc_addr: '127.0.0.1',
      vsn: '1',
    },
  };
}

function agentConfig(core: NomadCore): WireObject {
  const [release = '', ...rest] = core.dialect.version.split('-');
  return {
    ...SERVER_CONFIG,
    ACL: {
      Enabled: core.token !== null,
      PolicyTTL: 30_000_000_000,
      ReplicationToken: '',
      TokenTTL: 30_000_000_000,
    },
    Version: {
      Revision: '',
      Version: release,
      VersionMetadata: '',
      VersionPrerelease: rest.join('-'),
    },
  };
}
