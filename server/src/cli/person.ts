import { parseArgs } from 'node:util'
import { inviteAdministrator, removeAdministrator } from '#modules/identity/index.ts'
import { erasePerson, LastInCharge, PersonUnknown, readRecordOf } from '#modules/privacy/index.ts'
import { isEmail } from '#platform/email-address.ts'
import { inAdminTransaction } from '#platform/admin.ts'
import type { RunSql } from '#platform/admin.ts'
import { actAsOperator } from '#platform/operator.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { recordOperator } from './keys-store.ts'

interface Asked {
  readonly named: string
  readonly reason: string
  readonly isJson: boolean
}

function readAsked(args: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { reason: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const [named, ...rest] = positionals
  if (named === undefined || rest.length > 0) throw new UsageError('Name one person by e-mail address or id.')
  if (values.reason === undefined || values.reason.trim() === '')
    throw new UsageError('Say why with --reason, without naming the person.')
  return { named, reason: values.reason, isJson: values.json }
}

/** Says in a sentence what a person who asks cannot have; every other error is the operator's to read whole. */
function toSentence(error: unknown): never {
  if (error instanceof PersonUnknown || error instanceof LastInCharge) throw new CommandError(error.message)
  throw error
}

async function record(
  run: RunSql,
  { operator }: Surroundings,
  event: {
    readonly action: string
    readonly personId: string
    readonly reason: string
    readonly tenantIds?: readonly string[]
  },
): Promise<void> {
  await recordOperator(
    run,
    { ...operator, command: `person ${event.action.split('.').at(-1)}` },
    {
      action: event.action,
      resource_type: 'person',
      resource_id: event.personId,
      reason: event.reason,
      tenants: await run(
        'select tenant_id from tenant_member where person_id = $1 union select unnest($2::uuid[]) order by 1',
        [event.personId, event.tenantIds ?? []],
      ),
    },
  )
}

async function runExport(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { named, reason } = readAsked(args)
  const { admin } = await surroundings.open()
  const found = await inAdminTransaction(admin, async (run) => {
    const kept = await readRecordOf(run, named)
    await record(run, surroundings, { action: 'platform.persons.export', personId: kept.person.id, reason })
    return kept
  }).catch(toSentence)
  writeJson(surroundings, found)
  return STATUS.done
}

async function runErase(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { named, reason, isJson } = readAsked(args)
  const { admin } = await surroundings.open()
  const done = await inAdminTransaction(admin, async (run) => {
    const erasure = await erasePerson(run, named)
    const { personId, tenantIds } = erasure
    await record(run, surroundings, { action: 'platform.persons.erase', personId, reason, tenantIds })
    return erasure
  }).catch(toSentence)
  if (isJson) {
    writeJson(surroundings, done)
    return STATUS.done
  }
  surroundings.out(
    `The person is erased: ${done.events} events of the log blanked under their seal, the name taken out of ${done.names} records, ${done.sessions} sign-ins and ${done.mails} mails removed, ${done.memberships} memberships ended.\n`,
  )
  if (done.kept.length > 0)
    surroundings.out(
      `Kept there, as evidence, because somebody else may be meant, or as what an organisation says of its contact: ${done.kept.join(', ')}.\n`,
    )
  return STATUS.done
}

async function runInvite(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { named, reason, isJson } = readAsked(args)
  if (!isEmail(named)) throw new UsageError('Name one person by e-mail address.')
  const { config, operator } = surroundings
  const { admin } = await surroundings.open()
  const request = { operator, command: 'person invite-admin' }
  const token = await actAsOperator(admin, request, (mandate) =>
    inviteAdministrator(mandate, { email: named, reason }),
  )
  const link = `${config.publicOrigin ?? `http://localhost:${config.port}`}/invite/${token}`
  if (isJson) writeJson(surroundings, { email: named, link })
  else {
    surroundings.err(
      `Whoever opens this page as ${named} administers the platform. It works once, for seven days, and is shown this once:\n`,
    )
    surroundings.out(`${link}\n`)
  }
  return STATUS.done
}

async function runRemove(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { named, reason, isJson } = readAsked(args)
  if (!isEmail(named)) throw new UsageError('Name one person by e-mail address.')
  const { operator } = surroundings
  const { admin } = await surroundings.open()
  const request = { operator, command: 'person remove-admin' }
  const left = await actAsOperator(admin, request, (mandate) =>
    removeAdministrator(mandate, { email: named, reason }),
  )
  if (left === null) throw new CommandError('Nobody who administers the platform has this address.')
  if (isJson) writeJson(surroundings, { email: named, administrators_left: left })
  else {
    surroundings.out(
      left === 0
        ? 'Removed. Nobody administers the platform now: bring somebody in with person invite-admin.\n'
        : `Removed. ${left} ${left === 1 ? 'person administers' : 'persons administer'} the platform now.\n`,
    )
  }
  return STATUS.done
}

export const person: Command = {
  name: 'person',
  help: 'person export E-MAIL --reason TEXT\n  Prints what is kept of a person, as JSON.\nperson erase E-MAIL --reason TEXT\n  Takes out everything that names the person; signatures under agreements are kept. It cannot be undone.\nperson invite-admin E-MAIL --reason TEXT\n  Prints a link with which somebody becomes an administrator of the platform; it works once, for seven days.\nperson remove-admin E-MAIL --reason TEXT\n  Takes somebody out of the administrators of the platform, the last one too; invitations that they sent stop working.',
  async run([name, ...args], surroundings) {
    if (name === 'export') return runExport(args, surroundings)
    if (name === 'erase') return runErase(args, surroundings)
    if (name === 'invite-admin') return runInvite(args, surroundings)
    if (name === 'remove-admin') return runRemove(args, surroundings)
    throw new UsageError('Say what: export, erase, invite-admin or remove-admin.')
  },
}
