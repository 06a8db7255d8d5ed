import { parseArgs } from 'node:util'
import { countsNoMore } from '#platform/first-approver.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { actAsOperator } from '#platform/operator.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { addFreeze, askToLift, findFreeze, FREEZE_SCOPES, liftFreeze, tellFreeze } from './freeze-store.ts'
import type { FreezeScope, Frozen } from './freeze-store.ts'
import { findDelegation, findPartner, findPerson, findTenant } from './targets.ts'

interface Asked {
  readonly scope: FreezeScope
  readonly named: string | undefined
  /** Why; a freeze is set without, and lifted with it. */
  readonly reason: string | null
  readonly isJson: boolean
}

function isScope(text: string | undefined): text is FreezeScope {
  return FREEZE_SCOPES.some((scope) => scope === text)
}

function readAsked(args: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { reason: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [scope, named, ...rest] = positionals
  if (!isScope(scope)) throw new UsageError(`Say what: ${FREEZE_SCOPES.join(', ')}.`)
  if ((scope === 'platform') !== (named === undefined) || rest.length > 0)
    throw new UsageError(scope === 'platform' ? 'The platform has no name.' : `Name one ${scope}.`)
  return { scope, named, reason: values.reason?.trim() || null, isJson: values.json ?? false }
}

async function findFrozen(mandate: Mandate<'system'>, { scope, named = '' }: Asked): Promise<Frozen> {
  if (scope === 'platform') return { scope, target: null }
  const finders = { partner: findPartner, tenant: findTenant, delegation: findDelegation, person: findPerson }
  return { scope, target: await finders[scope](mandate, named) }
}

const nameOf = ({ scope, target }: Frozen) => (target ? `${scope} ${target.name}` : 'the platform')

interface Outcome {
  readonly id: string
  readonly isDone: boolean
  readonly sentence: string
}

function record(
  mandate: Mandate<'system'>,
  frozen: Frozen,
  told: { action: string; id: string; reason: string | null },
): void {
  const { target } = frozen
  recordEvent(mandate, {
    action: told.action,
    ...(told.reason !== null && { reason: told.reason }),
    resource: { type: 'freeze', id: told.id, label: nameOf(frozen) },
    ...(target?.partnerId !== undefined && { partnerId: target.partnerId }),
    ...(target?.tenantId !== undefined && { tenantId: target.tenantId }),
  })
}

async function set(mandate: Mandate<'system'>, asked: Asked, { operator }: Surroundings): Promise<Outcome> {
  const frozen = await findFrozen(mandate, asked)
  const existing = await findFreeze(mandate, frozen)
  if (existing)
    return {
      id: existing.id,
      isDone: true,
      sentence: `${nameOf(frozen)} has been frozen since ${existing.createdAt.toISOString()} by ${existing.setByName}.`,
    }
  const id = await addFreeze(mandate, frozen, { operator, reason: asked.reason })
  record(mandate, frozen, { action: 'platform.freezes.set', id, reason: asked.reason })
  await tellFreeze(mandate, frozen)
  return { id, isDone: true, sentence: `${nameOf(frozen)} is frozen.` }
}

async function lift(mandate: Mandate<'system'>, asked: Asked, { operator }: Surroundings): Promise<Outcome> {
  const { reason } = asked
  if (reason === null) throw new UsageError('Say why with --reason.')
  const frozen = await findFrozen(mandate, asked)
  const existing = await findFreeze(mandate, frozen)
  if (!existing) throw new CommandError(`The provider has set no freeze on ${nameOf(frozen)}.`)
  const isVoid = existing.liftAskedBy !== null && !existing.askedCounts
  if (asked.scope === 'platform' && (isVoid || [null, operator.id].includes(existing.liftAskedBy))) {
    await askToLift(mandate, existing.id, operator)
    record(mandate, frozen, {
      action: 'platform.freezes.lift.request',
      id: existing.id,
      reason: isVoid ? `${reason} (${countsNoMore(null)})` : reason,
    })
    return {
      id: existing.id,
      isDone: false,
      sentence: `${isVoid ? 'Whoever asked to lift the freeze is no admin any more, so that does not count: you have asked now. ' : ''}The freeze of the platform still holds: a second person must lift it, too.`,
    }
  }
  await liftFreeze(mandate, existing.id, { operator, reason })
  record(mandate, frozen, { action: 'platform.freezes.lift', id: existing.id, reason })
  const other = await findFreeze(mandate, frozen)
  if (other)
    return {
      id: existing.id,
      isDone: false,
      sentence: `${nameOf(frozen)} is still frozen: one freeze is lifted, another one of ${other.createdAt.toISOString()} by ${other.setByName} holds.`,
    }
  return { id: existing.id, isDone: true, sentence: `${nameOf(frozen)} is no longer frozen by the provider.` }
}

async function act(
  args: readonly string[],
  surroundings: Surroundings,
  task: { name: string; work: typeof set },
): Promise<number> {
  const asked = readAsked(args)
  const { admin } = await surroundings.open()
  const request = { operator: surroundings.operator, command: task.name }
  const { id, isDone, sentence } = await actAsOperator(admin, request, (mandate) =>
    task.work(mandate, asked, surroundings),
  )
  if (asked.isJson)
    writeJson(surroundings, {
      freeze_id: publicIdOf('freeze', id),
      done: isDone,
      detail: sentence,
    })
  else surroundings.out(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}\n`)
  return isDone ? STATUS.done : STATUS.failed
}

const TARGETS =
  '  platform | partner SLUG | tenant SLUG | delegation ID | person E-MAIL   (public ids are taken everywhere)'

export const freeze: Command = {
  name: 'freeze',
  help: `freeze SCOPE [NAME] [--reason TEXT] [--json]\n${TARGETS}\n  Holds from the next request on; no write that was under way commits afterwards.`,
  run: (args, surroundings) => act(args, surroundings, { name: 'freeze', work: set }),
}

export const unfreeze: Command = {
  name: 'unfreeze',
  help: `unfreeze SCOPE [NAME] --reason TEXT [--json]\n${TARGETS}\n  A freeze of the platform is lifted by two people: the first asks, with status 1, and another confirms.`,
  run: (args, surroundings) => act(args, surroundings, { name: 'unfreeze', work: lift }),
}
