import { decodeId } from '@liaison/access'
import { findViolations } from './checker.ts'
import type { ViolationKind } from './checker.ts'
import type { Clients } from './clients.ts'
import { startServerProcess } from './server-process.ts'
import { query, readStored } from './world.ts'
import type { World } from './world.ts'

/** A fault planted on purpose, with what the checker must say about it, no more and no less. */
interface PlantedFault {
  readonly name: string
  readonly mustReport: readonly ViolationKind[]
  plant(world: World, clients: Clients): Promise<void>
}

async function openOne(clients: Clients, label: string): Promise<string> {
  const write = clients.begin(label)
  await clients.send(write)
  const id = decodeId('ticket', write.acknowledged[0] ?? '')
  if (id === null) throw new Error('The positive control could not open its ticket.')
  return id
}

/** As the superuser with triggers asleep: what nobody can do through the server. */
const tamper = (world: World, text: string, id: string): Promise<unknown> =>
  query(
    world,
    `with asleep as materialized (select set_config('session_replication_role', 'replica', false)) ${text} = (select $1::uuid from asleep)`,
    [id],
  )

const FAULTS: readonly PlantedFault[] = [
  {
    name: 'a repeat that drops its Idempotency-Key',
    mustReport: ['contradicted', 'doubled'],
    async plant(_world, clients) {
      const write = clients.begin('planted-double')
      await clients.send(write)
      await clients.send(write, false)
    },
  },
  {
    name: 'an acknowledged write that is gone, its event left behind',
    mustReport: ['lost', 'unfounded'],
    plant: async (world, clients) =>
      void (await tamper(world, 'delete from ticket where id', await openOne(clients, 'planted-loss'))),
  },
  {
    name: 'a deleted audit event',
    mustReport: ['unaudited'],
    plant: async (world, clients) =>
      void (await tamper(
        world,
        'delete from audit_event where resource_id',
        await openOne(clients, 'planted-silence'),
      )),
  },
  {
    name: 'an audit event that its tenant no longer finds',
    mustReport: ['unreadable'],
    plant: async (world, clients) =>
      void (await tamper(
        world,
        `delete from audit_scope s using audit_event e where s.event_id = e.id and s.kind = 'tenant' and e.resource_id`,
        await openOne(clients, 'planted-blindness'),
      )),
  },
  {
    name: 'a ticket that no client asked for',
    mustReport: ['misplaced', 'uninvited'],
    plant: async (world, clients) =>
      void (await tamper(
        world,
        `update ticket set subject = 'nobody asked' where id`,
        await openOne(clients, 'planted-stranger'),
      )),
  },
]

async function violationsNow(world: World, clients: Clients): Promise<ViolationKind[]> {
  return findViolations(clients.writes, await readStored(world)).map(({ kind }) => kind)
}

function without(all: readonly ViolationKind[], known: readonly ViolationKind[]): ViolationKind[] {
  const rest = [...all]
  for (const kind of known) {
    const index = rest.indexOf(kind)
    if (index >= 0) rest.splice(index, 1)
  }
  return rest.toSorted()
}

/** How many planted faults the checker reported, and what it missed or added. */
export interface ControlReport {
  readonly planted: number
  readonly missed: readonly string[]
}

/** Plants each fault in the world that was just found sound, and demands that the checker reports exactly it. */
export async function runPositiveControl(world: World, clients: Clients): Promise<ControlReport> {
  const server = await startServerProcess(world.environment)
  const missed: string[] = []
  try {
    clients.pointTo(server.url)
    let known = await violationsNow(world, clients)
    for (const fault of FAULTS) {
      await fault.plant(world, clients)
      const now = await violationsNow(world, clients)
      const reported = without(now, known)
      if (reported.join() !== fault.mustReport.toSorted().join())
        missed.push(
          `${fault.name}: reported ${reported.join(', ') || 'nothing'}, not ${fault.mustReport.join(', ')}`,
        )
      known = now
    }
  } finally {
    await server.stop()
  }
  return { planted: FAULTS.length, missed }
}
